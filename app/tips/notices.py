"""What a notice is called that somebody wants to tell something about."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app import context
from app.database import is_unreachable
from models import Publication, utc_now


def headline(slug: str | None, language: str) -> str | None:
    """The headline of its current publication, in this language if there is one; None without a current publication,
    and while the records are away."""
    if slug is None:
        return None
    now = utc_now()
    query = select(Publication.content).where(
        Publication.slug == slug,
        Publication.published_at <= now,
        Publication.expires_at > now,
        Publication.ended_at.is_(None),
    )
    try:
        # In a session of its own: where this fails, the form is still shown.
        with context.services().database.session(read_only=True) as db:
            content = db.scalars(query.order_by(Publication.version.desc()).limit(1)).first()
    except SQLAlchemyError as error:
        if not is_unreachable(error):
            raise
        return None
    return _in(content, language) if content else None


def _in(content: dict[str, Any], language: str) -> str | None:
    words = content.get("words", {})
    first: dict[str, str] = next(iter(words.values()), {})
    return words.get(language, first).get("headline") or first.get("headline")
