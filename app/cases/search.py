"""Finding cases by their text: number, title, description, place and tags."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.searching import MAX_QUERY, Searched
from models import Case

__all__ = ["MAX_QUERY", "matches"]

CASES = Searched("case", Case.id, Case.search_text)


def matches(db: Session, query: str) -> list[ColumnElement[bool]]:
    """What must hold for a case that has every word of the query; nothing for an empty one."""
    return CASES.matches(db, query)
