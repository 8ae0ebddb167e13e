"""What the forms about oneself are for: signing in, the account, its tokens, its notifications."""

from sqlalchemy import update

from app.database import transaction
from app.identity import accounts
from models import (
    Notification,
)
from tests.people import PASSWORD
from tests.security.purposes.purpose import NEW_PASSWORD, NOBODY, PASSWORD_SET, SESSIONS, Purpose
from tests.security.purposes.states import token
from tests.security.world import World


def unread(world: World) -> None:
    with world.session() as db:
        db.execute(update(Notification).values(read_at=None))
        db.commit()


def no_mail(world: World) -> None:
    with world.session() as db, transaction(db):
        accounts.locked(db, world.accounts["owner"].id).mail_kinds = None


def no_language(world: World) -> None:
    with world.session() as db, transaction(db):
        accounts.locked(db, world.accounts["owner"].id).language = None


def own_token(world: World) -> None:
    token(world, "owner")


PURPOSES = [
    Purpose("POST /confirm", {"password": PASSWORD}, frozenset({"sign_in_session.confirmed_at"})),
    Purpose("POST /account", {"action": "name", "name": "New Name"}, frozenset({"account.name"})),
    Purpose("POST /account", {"action": "theme", "theme": "dark"}, frozenset()),
    Purpose("POST /account", {"action": "sessions"}, frozenset()),
    Purpose(
        "POST /account",
        {"action": "password", "current": PASSWORD, "password": NEW_PASSWORD, "repeat": NEW_PASSWORD},
        PASSWORD_SET | SESSIONS | {"access_token.revoked_at"},
    ),
    Purpose("POST /account", {"action": "session", "session_id": NOBODY}, frozenset()),
    Purpose(
        "POST /account/tokens",
        {"name": "Importer", "scopes": "sketches:read", "days": "30"},
        frozenset({"access_token+"}),
    ),
    Purpose("POST /account/tokens/<uuid:token_id>/revoke", {}, frozenset({"access_token.revoked_at"}), own_token),
    Purpose("POST /account/second-factor", {"action": "begin"}, frozenset({"account.totp_secret"})),
    Purpose("POST /account/second-factor", {"action": "finish", "code": "000000"}, frozenset()),
    Purpose("POST /first-account/<token>", {"name": "X", "email": "x@example.org"}, frozenset()),
    Purpose("POST /sign-in/code", {"code": "000000"}, frozenset()),
    Purpose("POST /sign-in/firebase", {"id_token": "x"}, frozenset()),
    Purpose("POST /language", {"language": "th"}, frozenset({"account.language"}), no_language),
    Purpose("POST /notifications/<uuid:notification_id>/open", {}, frozenset({"notification.read_at"}), unread),
    Purpose("POST /notifications/read", {}, frozenset({"notification.read_at"}), unread),
    Purpose("POST /notifications/mail", {"kinds": "tip"}, frozenset({"account.mail_kinds"}), no_mail),
    Purpose("POST /set-password/<token>", {"password": NEW_PASSWORD, "repeat": NEW_PASSWORD}, frozenset()),
    Purpose("POST /sign-in", {"email": "third@example.org", "password": PASSWORD}, SESSIONS),
    Purpose("POST /sign-out", {}, frozenset({"sign_in_session-"})),
]
