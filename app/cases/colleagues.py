"""Choosing somebody who works on cases: by writing their name, which the page completes from a list, or by identity.

An agency has hundreds of accounts. A list to scroll through would hold them all; a name is typed in a second, and a
page without scripts completes it as well.
"""

import uuid
from collections import Counter
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.forms import identity
from app.cases.sight import WORKING
from app.errors import Refused
from models import Account, AccountRole, fold, unmarked

SUGGESTED = 3
"""At most so many names are proposed for one that nobody has."""


@dataclass(frozen=True)
class Colleague:
    """``called``: the name, with the e-mail where several have that name."""

    id: uuid.UUID
    name: str
    email: str
    called: str


def colleagues(db: Session) -> list[Colleague]:
    """Everybody who can be assigned, of any unit, by name."""
    works = select(AccountRole.account_id).where(AccountRole.role.in_(WORKING))
    query = select(Account.id, Account.name, Account.email).where(Account.id.in_(works), Account.suspended_at.is_(None))
    rows = db.execute(query).all()
    names = Counter(unmarked(name) for _key, name, _email in rows)
    found = (
        Colleague(key, name, email, name if names[unmarked(name)] == 1 else f"{name}, {email}")
        for key, name, email in rows
    )
    return sorted(found, key=lambda one: (fold(one.name), str(one.id)))


def named(db: Session, text: str) -> uuid.UUID | None:
    """Whom a field means that has an identity, a name, an e-mail, or what `Colleague.called` says; None when empty.

    Case and marks of letters do not matter. Raises Refused for a name of nobody or of several, saying who may be meant.
    """
    text = " ".join(text.split())
    try:
        return identity(text)
    except Refused:
        pass  # a name, then
    wanted, everybody = unmarked(text), colleagues(db)
    meant = [one for one in everybody if wanted in {unmarked(one.called), unmarked(one.email), unmarked(one.name)}]
    if len(meant) == 1:
        return meant[0].id
    words = wanted.split()
    close = meant or [one for one in everybody if all(word in unmarked(f"{one.name} {one.email}") for word in words)]
    if not close:
        raise Refused(_("Nobody who works on cases is called “%(text)s”. Choose a name from the list.", text=text[:80]))
    listed = "; ".join(one.called for one in close[:SUGGESTED])
    raise Refused(_("“%(text)s” is not a whole name. Did you mean %(names)s?", text=text[:80], names=listed))
