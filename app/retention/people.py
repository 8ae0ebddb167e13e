"""How many people a deletion takes."""

from sqlalchemy.orm import Session


def takes_two(db: Session) -> bool:  # noqa: ARG001
    """Whether somebody else than who asked must approve. An agency of one may switch that off, visibly."""
    return True
