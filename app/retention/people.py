"""How many people a deletion takes."""

from sqlalchemy.orm import Session

from app.agency import settings


def takes_two(db: Session) -> bool:
    """Whether somebody else than who asked must approve. An agency of one may switch that off; pages then say so."""
    return settings.fresh(db).two_people
