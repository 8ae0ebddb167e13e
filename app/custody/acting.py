"""For whom a session of the records works: whoever is named in the entries of what it changes.

A request works for whoever is signed in, which app.guard says once for all that it calls. Without anybody it is the
operator at the command line, who asks nobody.
"""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models import AccessToken, Account


@dataclass(frozen=True)
class Actor:
    """Who did it, under the name they had then; no account for the program itself and its operator. A program that
    acts for a person shows an access token, which is named as well."""

    account_id: uuid.UUID | None
    name: str
    token_id: uuid.UUID | None = None
    token_name: str = ""


def program(part: str) -> Actor:
    """The program itself, e.g. its "worker"; or its "operator", who asks nobody."""
    return Actor(None, part)


OPERATOR, WORKER, STRANGER = program("operator"), program("worker"), program("stranger")
"""The last is whoever is not signed in."""


def act_as(db: Session, who: Account | Actor, token: AccessToken | None = None) -> None:
    if not isinstance(who, Actor):
        who = Actor(who.id, who.name, token.id, token.name) if token else Actor(who.id, who.name)
    db.info["actor"] = who


def acting(db: Session) -> Actor:
    actor: Actor = db.info.get("actor", OPERATOR)
    return actor
