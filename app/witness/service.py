"""Adding witness sessions to a case, and changing what they say."""

import uuid

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import custody
from app.cases.sight import held_case, seen_by
from app.database import clock, transaction
from app.errors import Conflict, NotFound
from app.retention.holds import check_free
from app.witness.forms import Said, said_of
from models import Account, Case, WitnessSession

log = structlog.get_logger(__name__)

NO_SESSION = lazy_gettext("There is no such session, or it is not yours.")


class ChangedMeanwhile(Conflict):
    """The form was drawn before somebody else's change; nothing of it was kept."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has changed this session since you opened it. Nothing was saved yet."))


def sessions_of(db: Session, case_id: uuid.UUID) -> list[WitnessSession]:
    """In their order; for whoever has made sure that the case may be seen."""
    query = select(WitnessSession).where(WitnessSession.case_id == case_id)
    return list(db.scalars(query.order_by(WitnessSession.number)))


def get_session(db: Session, account: Account, case_id: uuid.UUID, session_id: uuid.UUID) -> WitnessSession:
    """Raises NotFound, also for a session of another case."""
    query = select(WitnessSession).join(Case, WitnessSession.case_id == Case.id)
    found = db.scalar(query.where(WitnessSession.id == session_id, Case.id == case_id, seen_by(account)))
    if found is None:
        raise NotFound(NO_SESSION)
    return found


def add_session(db: Session, account: Account, case_id: uuid.UUID, said: Said) -> WitnessSession:
    """The next session of the case. Raises NotFound, and Forbidden for whoever does not work on the case."""
    with transaction(db):
        case = held_case(db, account, case_id)  # so that two sessions cannot get the same number
        last = db.scalar(select(func.max(WitnessSession.number)).where(WitnessSession.case_id == case_id))
        row = WitnessSession(id=uuid.uuid4(), case_id=case_id, number=(last or 0) + 1, created_by=account.id)
        row.created_at = case.changed_at = clock(db)
        _write(row, said)
        db.add(row)
        thing, after = custody.Thing("session", row.id), custody.digest(said.plain)
        custody.record(db, custody.of_case(case_id), account, "session.added", thing, after=after, number=row.number)
    log.info("session_added", session=str(row.id), case=str(case_id))
    return row


def edit_session(
    db: Session, account: Account, case_id: uuid.UUID, session_id: uuid.UUID, said: Said, revision: int
) -> None:
    """Write what the form says, drawn when the session was at ``revision``.

    Raises ChangedMeanwhile when it is not any more, NotFound, Forbidden, and Refused while the case is on hold.
    """
    with transaction(db):
        case = held_case(db, account, case_id)
        check_free(case)
        query = select(WitnessSession).where(WitnessSession.id == session_id, WitnessSession.case_id == case_id)
        row = db.scalar(query.execution_options(populate_existing=True))
        if row is None:
            raise NotFound(NO_SESSION)
        if row.revision != revision:
            raise ChangedMeanwhile
        before = said_of(row)
        if before == said:
            return
        _write(row, said)
        row.revision += 1
        case.changed_at = clock(db)
        custody.record(
            db,
            custody.of_case(case_id),
            account,
            "session.changed",
            custody.Thing("session", row.id),
            before=custody.digest(before.plain),
            after=custody.digest(said.plain),
            number=row.number,
            fields=[name for name, value in said.plain.items() if value != before.plain[name]],
        )


def _write(row: WitnessSession, said: Said) -> None:
    row.artist, row.witness, row.drawn_on = said.artist, said.witness, said.drawn_on
    row.method, row.statement, row.facts = said.method, said.statement, dict(said.facts)
