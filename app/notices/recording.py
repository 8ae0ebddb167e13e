"""Saying in custody what was done to a notice."""

from sqlalchemy.orm import Session

from app import custody
from models import Account, Notice


def record(
    db: Session,
    by: Account | custody.Actor,
    notice: Notice,
    action: str,
    *,
    before: str | None = None,
    after: str | None = None,
    **details: custody.Detail,
) -> None:
    """An entry about the notice, in the chain of its case."""
    thing = custody.Thing("notice", notice.id)
    facts = {"slug": notice.slug, "revision": notice.revision, **details}
    custody.record(db, custody.of_case(notice.case_id), by, action, thing, before=before, after=after, **facts)
