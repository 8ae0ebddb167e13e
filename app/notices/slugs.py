"""The public names of notices: short, never guessed from one another, and never given out twice."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import add_unless_there, clock
from models import EndedSlug, Notice

SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are taken for one another when an address is typed from paper."""
LENGTH = 10


def new(db: Session) -> str:
    """One that no notice has and none that is gone has had. 49 bits, so a second try is a formality."""
    while True:
        slug = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
        if db.scalar(select(Notice.id).where(Notice.slug == slug)) is None and not ended(db, slug):
            return slug


def ended(db: Session, slug: str) -> bool:
    """Whether this was the name of a notice whose case was deleted."""
    return db.get(EndedSlug, slug) is not None


def end(db: Session, slug: str) -> None:
    """Have it answer that it is gone, in the caller's transaction."""
    add_unless_there(db, EndedSlug(slug=slug, ended_at=clock(db)))
