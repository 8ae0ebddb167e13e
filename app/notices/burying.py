"""What stays of the notices of a case that is deleted: that there were such, and no more."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notices import publications, purging, slugs
from models import Account, Case, Ended, Notice, Publication


def bury(db: Session, by: Account, case: Case) -> None:
    """End what is public of the held case, and keep the names of what ever was: their addresses answer that it is gone,
    and no other notice gets one of them. In the caller's transaction, which removes the rows."""
    publications.end_of_case(db, by, case, Ended.WITHDRAWN)
    query = select(Publication.slug).join(Notice, Publication.notice_id == Notice.id)
    for slug in db.scalars(query.where(Notice.case_id == case.id).distinct()).all():
        slugs.end(db, slug)
        purging.mark(db, slug)
