"""The accounts as an administrator looks through them."""

import uuid
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.paging import Page, nearest_page
from models import Account, SignInSession, unmarked, utc_now

PER_PAGE = 50


@dataclass(frozen=True)
class State:
    """``kind`` names the shape, as for a job."""

    kind: str
    words: str


def search(db: Session, query: str = "", page: int = 1, per_page: int = PER_PAGE) -> Page[Account]:
    """The accounts whose name or e-mail has every word, by name.

    Compared here and not by the database: SQLite knows the case of ASCII letters only.
    """
    words = [unmarked(word) for word in query.split()]
    rows = [(unmarked(name), unmarked(email), key) for key, name, email in db.execute(_NAMES)]
    found = sorted(row for row in rows if all(word in row[0] or word in row[1] for word in words))
    page, pages = nearest_page(page, len(found), per_page)
    ids = [row[2] for row in found[(page - 1) * per_page : page * per_page]]
    return Page(_in_order(db, ids), page, pages, len(found))


_NAMES = select(Account.id, Account.name, Account.email)


def _in_order(db: Session, ids: list[uuid.UUID]) -> list[Account]:
    found = {account.id: account for account in db.scalars(select(Account).where(Account.id.in_(ids)))}
    return [found[one] for one in ids if one in found]


def state(account: Account) -> State:
    if account.suspended_at is not None:
        return State("parked", str(_("Suspended")))
    if not account.accepted:
        return State("ready", str(_("Invited")))
    if account.locked_until is not None and account.locked_until > utc_now():
        return State("queued", str(_("Locked for a while")))
    return State("done", str(_("Active")))


def open_sessions(db: Session, account: Account) -> int:
    query = select(func.count()).where(SignInSession.account_id == account.id, SignInSession.expires_at > utc_now())
    return db.scalar(query) or 0
