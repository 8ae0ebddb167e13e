"""An installation with IDENTITY=firebase, and people who have users at the emulator."""

import base64
import datetime as dt
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from firebase_admin import auth
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.database import Database, transaction
from app.identity import accounts
from app.identity.firebase import client, vouching
from app.identity.firebase.backend import FirebaseIdentity
from app.identity.firebase.client import Firebase
from models import Account, Role, SignInSession, utc_now
from tests.app.web import Browser, services
from tests.emulators import AuthEmulator
from tests.servers import wait_until

PASSWORD = "nine small teal boats"
JSON = {"Accept": "application/json"}


def claims_of(token: str) -> dict[str, Any]:
    """What a token says."""
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return found


SOON, LATE = 1.5, 60.0
"""Seconds for an answer: of a Firebase that is silent, and of one that answers, on a machine that may be busy."""


@dataclass
class Agency:
    """An application, its records and its emulator."""

    app: Flask
    db: Session
    emulator: AuthEmulator
    used: set[tuple[str, int]] = field(default_factory=set)

    @property
    def identity(self) -> FirebaseIdentity:
        found = services(self.app).identity
        assert isinstance(found, FirebaseIdentity)
        return found

    @property
    def firebase(self) -> Firebase:
        return self.identity.firebase

    def silence(self) -> None:
        """Firebase does not answer from now on, and nobody waits for it long."""
        for module in (client, vouching):
            setattr(module, "DEADLINE", SOON)  # noqa: B010 - the second imports it
        self.emulator.pause()

    def account(self, email: str = "one@example.org", *roles: Role) -> Account:
        """Somebody who was invited and has not been here yet."""
        return accounts.add_account(self.db, email, "Person 1", roles or [Role.INVESTIGATOR])

    def user(self, email: str = "one@example.org", *, verified: bool = True) -> str:
        """A user at Firebase with PASSWORD; their uid."""
        made = auth.create_user(email=email, password=PASSWORD, email_verified=verified, app=self.firebase._app)
        return str(made.uid)

    def change_user(self, uid: str, **what: Any) -> None:
        """As an administrator does in Firebase's console."""
        auth.update_user(uid, app=self.firebase._app, **what)

    def delete_user(self, uid: str) -> None:
        auth.delete_user(uid, app=self.firebase._app)

    def revoke(self, uid: str) -> None:
        """Sign the user out everywhere."""
        auth.revoke_refresh_tokens(uid, app=self.firebase._app)

    def claims(self, uid: str) -> dict[str, Any]:
        """What Firebase was told about the user."""
        return auth.get_user(uid, self.firebase._app).custom_claims or {}

    def move(self, host: str) -> None:
        """Have Google's library look for Firebase at another address, before it has asked anything."""
        auth._get_client(self.firebase._app)._user_manager.base_url = f"http://{host}/none"

    def token(self, email: str = "one@example.org", password: str = PASSWORD) -> str:
        """An ID token of a second that this person had none of: two of one second say the same."""

        token = ""

        def another() -> bool:
            nonlocal token
            token = self.emulator.sign_in(email, password)
            return (email, claims_of(token)["iat"]) not in self.used

        wait_until(another, 60, "another token")
        self.used.add((email, claims_of(token)["iat"]))
        return token

    def exchange(self, browser: Browser, token: str, **fields: str) -> TestResponse:
        return browser.post("/sign-in/firebase", {"id_token": token, **fields}, **JSON)

    def signed_in(self, email: str = "one@example.org") -> Browser:
        browser = Browser(self.app)
        answer = self.exchange(browser, self.token(email))
        assert answer.status_code == 200, answer.text
        return browser

    def age_vouching(self, seconds: float) -> None:
        """As if Firebase had been asked that long ago."""
        with transaction(self.db):
            then = utc_now() - dt.timedelta(seconds=seconds)
            self.db.execute(update(SignInSession).values(vouched_at=then))

    def next_second(self) -> None:
        """Firebase keeps whole seconds: what it is to tell apart must not happen within one."""
        now = int(time.time())
        wait_until(lambda: int(time.time()) > now, 3, "the next second")

    @property
    def database(self) -> Database:
        return services(self.app).database

    def rest(self) -> None:
        """Forget that Firebase did not answer a moment ago."""
        self.firebase._breaker.close()


def together(count: int, action: Any) -> list[Any]:
    """What ``count`` threads get that do something at the same moment."""
    ready, found, lock = threading.Barrier(count), [], threading.Lock()

    def run() -> None:
        ready.wait(20)
        try:
            result = action()
        except Exception as error:
            result = error
        with lock:
            found.append(result)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found
