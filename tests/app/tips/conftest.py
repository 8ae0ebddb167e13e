"""The public's forms with a key to seal with, and a visitor in front of them whose browser runs no script."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import tips
from app.database import Database
from app.settings import Settings
from app.tips import keys
from app.tips.admission import Door
from app.tips.desk import Desk
from app.tips.flood import DAY
from app.tips.forms import solved
from models import Tip, TipMessage
from tests.app.conftest import settings_for

MARK = re.compile(r'action="([^"]+\?form=([^"]+))"')
NUMBER = re.compile(r'tips-number"[^>]*>([\d ]+)<')
WORD = re.compile(r"<span>([a-z]+)</span>")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 20_000.0 * DAY + 12 * 3600

    def __call__(self) -> float:
        return self.now


@dataclass
class Forms:
    """The surface, and what it works with."""

    app: Flask
    settings: Settings
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.app.extensions["tips_door"] = self.door = Door.make(self.settings.secret_key, self.clock)
        # The middleware named networks by the door before: both must agree on the day.
        self.app.wsgi_app._app._flood = self.door.flood  # type: ignore[attr-defined]

    @property
    def desk(self) -> Desk:
        found: Desk = self.app.extensions["tips_desk"]
        return found

    def get(self, path: str, address: str = "192.0.2.1", **headers: str) -> TestResponse:
        return self.app.test_client().get(path, headers=headers, environ_base={"REMOTE_ADDR": address})

    def post(self, path: str, data: Any, address: str = "192.0.2.1", **headers: str) -> TestResponse:
        return self.app.test_client().post(path, data=data, headers=headers, environ_base={"REMOTE_ADDR": address})

    def form(self, path: str = "/en/new", address: str = "192.0.2.1") -> str:
        """Where the form of a page is to be sent, its work done."""
        page = self.get(path, address)
        found = MARK.search(page.text)
        assert found, page.text
        return f"{found[1]}&work={work(found[2])}"

    def send(self, path: str = "/en/new", address: str = "192.0.2.1", **fields: Any) -> TestResponse:
        """Open a form and send it, as with a script."""
        return self.post(self.form(path, address), fields, address)


def work(mark: str) -> str:
    bits = int(mark.split(".")[1])
    return str(next(n for n in range(10**9) if solved(mark, bits, str(n))))


def receipt_of(page: str) -> tuple[str, str]:
    """Number and words, as the page shows them."""
    number = NUMBER.search(page)
    assert number, page
    return number[1], " ".join(WORD.findall(page))


@pytest.fixture
def forms(database_url: str, database: Database, tmp_path: Path) -> Iterator[Forms]:
    settings = settings_for(tmp_path / "var", DATABASE_URL=database_url)
    with database.session() as db:
        keys.ensure(db, settings)
    made = Forms(tips.create_app(settings), settings)
    yield made
    made.desk.courier.stop()


@pytest.fixture
def messages(db: Session, forms: Forms) -> Callable[[], list[TipMessage]]:
    """All that has arrived, in its order."""

    def read() -> list[TipMessage]:
        db.rollback()
        return list(db.scalars(select(TipMessage).join(Tip).order_by(Tip.id, TipMessage.position)))

    return read
