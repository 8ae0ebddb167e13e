"""A browser without a screen: keeps cookies, and fills the forms' token in."""

import datetime as dt
import io
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.context import Services
from app.database import Database, transaction
from app.station import Station
from app.workers import register
from models import Account, SignInSession, Sketch, utc_now
from tests.app.renderers import CAPABILITIES, QuickRenderer
from tests.people import PASSWORD

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=headers)

    def token(self) -> str:
        """The token of this browser's forms, read from a page that has one."""
        for page in ("/account", "/sign-in"):
            found = TOKEN.search(self.get(page).get_data(as_text=True))
            if found:
                return found[1]
        raise AssertionError("no page has a form")

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **headers: str) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **(fields or {})}, headers=headers)

    def sign_in(self, account: Account, password: str = PASSWORD) -> TestResponse:
        return self.post("/sign-in", {"email": account.email, "password": password})

    def upload(self, data: bytes, name: str = "sketch.png", **fields: str) -> TestResponse:
        return self.post("/sketches/new", {"files": (io.BytesIO(data), name), **fields})


def services(app: Flask) -> Services:
    found: Services = app.extensions["semblance"]
    return found


def work(app: Flask) -> None:
    """Have a worker in this process do everything that is queued."""
    wired = services(app)
    database = Database(wired.settings.database_url)
    with database.session() as db:
        worker = register(db, "here", "1", CAPABILITIES)
    Station(wired.settings, database, wired.store, QuickRenderer(), worker).drain(wait=True)
    database.close()


def forget_confirmations(app: Flask) -> None:
    """As if everybody had proved who they are a quarter of an hour ago."""
    with services(app).database.session() as db, transaction(db):
        db.execute(update(SignInSession).values(confirmed_at=utc_now() - dt.timedelta(minutes=15)))


def sketches_in(db: Session) -> int:
    """How many sketches have been added: what a refused change must not raise."""
    db.rollback()
    return db.scalar(select(func.count()).select_from(Sketch)) or 0
