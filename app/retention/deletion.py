"""Deleting a case: one supervisor asks with a reason, another one approves, and then it is gone.

Rows go in one transaction with a tombstone in the case's chain, which stays; objects are marked in it and removed
afterwards (`app.retention.removal`).
"""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

import structlog
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app import custody, notifications
from app.agency import settings
from app.cases.sight import held_case, worked_on_by
from app.database import clock, transaction
from app.errors import Conflict, Forbidden, NotFound, Refused
from app.notices import burying
from app.retention import removal, tips
from app.retention.holds import check_free, read_reason, require_supervisor
from app.retention.reach import Reach, reach, remove
from app.storage import split_key
from models import Account, Case, CaseStatus, DeletionRequest, Sketch, Tip

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Asked:
    """A request for deletion as pages show it."""

    request: DeletionRequest
    asked_by: str
    decided_by: str
    title: str
    """Of the case; empty once it is gone."""


def open_request(db: Session, case_id: uuid.UUID) -> DeletionRequest | None:
    """The one that waits for a decision."""
    query = select(DeletionRequest).where(DeletionRequest.case_id == case_id, DeletionRequest.decided_at.is_(None))
    return db.scalar(query)


def waiting(db: Session, account: Account) -> list[Asked]:
    """Those about cases that the account works on, the oldest first."""
    query = _asked().where(DeletionRequest.decided_at.is_(None), worked_on_by(account))
    return _listed(db, query.join(Case, Case.id == DeletionRequest.case_id).add_columns(Case.title))


def decided(db: Session, account: Account) -> list[Asked]:
    """Those that the account asked for or decided, the newest first."""
    mine = (DeletionRequest.asked_by == account.id) | (DeletionRequest.decided_by == account.id)
    query = _asked().where(DeletionRequest.decided_at.is_not(None), mine)
    rows = db.execute(query.order_by(DeletionRequest.decided_at.desc()).limit(20))
    return [Asked(request, asker, decider or "", "") for request, asker, decider in rows]


def _asked() -> Any:
    asker, decider = aliased(Account), aliased(Account)
    return (
        select(DeletionRequest, asker.name, decider.name)
        .join(asker, DeletionRequest.asked_by == asker.id)
        .outerjoin(decider, DeletionRequest.decided_by == decider.id)
    )


def _listed(db: Session, query: Any) -> list[Asked]:
    rows = db.execute(query.order_by(DeletionRequest.asked_at, DeletionRequest.id))
    return [Asked(request, asker, decider or "", title) for request, asker, decider, title in rows]


def ask(db: Session, account: Account, case_id: uuid.UUID, reason: str) -> DeletionRequest:
    """Ask for the case to be deleted. Raises Refused without a reason and for a case that must stay, Conflict when
    somebody has asked already, Forbidden, and NotFound."""
    reason = read_reason(reason)
    with transaction(db):
        require_supervisor(account)
        case = held_case(db, account, case_id)
        _check_may_go(case)
        if open_request(db, case_id) is not None:
            raise Conflict(_("Somebody has asked for this already; it waits for a decision."))
        request = DeletionRequest(
            id=uuid.uuid4(),
            case_id=case_id,
            case_number=case.number,
            reason=reason,
            asked_by=account.id,
            asked_at=clock(db),
        )
        db.add(request)
        thing, said = custody.Thing("deletion", request.id), custody.digest({"reason": reason})
        custody.record(db, custody.of_case(case_id), account, "case.deletion_asked", thing, after=said)
        facts, others = {"by": account.name, "case": case.number}, notifications.supervisors_of(db, case.unit_id)
        notifications.tell(db, others, "deletion", f"/cases/{case_id}", facts, by=account.id)
    log.info("deletion_asked", case=str(case_id), by=str(account.id))
    return request


def refuse(db: Session, account: Account, request_id: uuid.UUID) -> None:
    """Decide that the case stays; whoever asked may take it back so. Raises Conflict, Forbidden and NotFound."""
    with transaction(db):
        request, _case = _held(db, account, request_id)
        request.decided_by, request.decided_at, request.approved = account.id, clock(db), False
        thing = custody.Thing("deletion", request.id)
        custody.record(db, custody.of_case(request.case_id), account, "case.deletion_refused", thing)
    log.info("deletion_refused", request=str(request_id), by=str(account.id))


def approve(db: Session, account: Account, request_id: uuid.UUID) -> None:
    """Delete the case. Raises Forbidden for whoever asked for it, where it takes two, Conflict when it was decided
    already, Refused for a case that must stay, and NotFound."""
    with transaction(db):
        request, case = _held(db, account, request_id)
        if request.asked_by == account.id and settings.fresh(db).two_people:
            raise Forbidden(_("You asked for this yourself. Another supervisor has to approve it."))
        _check_may_go(case)
        # Held, so that nothing is made of them meanwhile.
        db.scalars(select(Sketch.id).where(Sketch.case_id == case.id).with_for_update()).all()
        burying.bury(db, account, case)
        tips.remember(db, Tip.case_id == case.id)
        found = reach(db, case.id)
        remove(db, found)
        request.decided_by, request.decided_at, request.approved = account.id, clock(db), True
        removal.doom(db, found.keys, request_id)
        _bury(db, account, request, found)
    log.info("case_deleted", case=str(request.case_id), by=str(account.id), objects=len(found.keys))


def _bury(db: Session, account: Account, request: DeletionRequest, found: Reach) -> None:
    """The tombstone: who, why, how much, and the digest of the list of what the objects were."""
    digests = sorted({split_key(key)[1] for key in found.keys})
    gone = hashlib.sha256("".join(f"{one}\n" for one in digests).encode()).hexdigest()
    asker = db.get_one(Account, request.asked_by)
    custody.record(
        db,
        custody.of_case(request.case_id),
        account,
        "case.deleted",
        custody.Thing("case", request.case_id),
        before=gone,
        number=request.case_number,
        asked_by=asker.name,
        asked_by_id=str(asker.id),
        reason=request.reason,
        objects=len(digests),
        rows=dict(sorted(found.counts.items())),
    )


def _held(db: Session, account: Account, request_id: uuid.UUID) -> tuple[DeletionRequest, Case]:
    """The request that still waits, and its case, both held. Raises Conflict, Forbidden and NotFound."""
    require_supervisor(account)
    request = db.get(DeletionRequest, request_id, populate_existing=True)
    if request is None:
        raise NotFound(_("There is no such request, or it is not yours to decide."))
    try:
        case = held_case(db, account, request.case_id)
    except NotFound:  # gone while we waited for it, or never seen
        _check_open(db.get_one(DeletionRequest, request_id, populate_existing=True))
        raise
    request = db.get_one(DeletionRequest, request_id, with_for_update=True, populate_existing=True)
    _check_open(request)
    return request, case


def _check_open(request: DeletionRequest) -> None:
    if request.decided_at is not None:
        raise Conflict(_("Somebody else has decided this already; reload the page."))


def _check_may_go(case: Case) -> None:
    check_free(case)
    if case.status == CaseStatus.PUBLISHED:
        raise Refused(_("The case is published. Take the publication back first."))
