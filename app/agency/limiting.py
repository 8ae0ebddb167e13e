"""Setting the limits of a unit or an account, and the list of those that there are."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import custody
from app.agency import quotas
from app.agency.quotas import MEASURES, OPEN, RENDERS, STORED, Use
from app.custody.canonical import digest
from app.database import clock, transaction
from app.errors import Conflict, NotFound
from models import Account, Quota, Unit, fold, utc_now

log = structlog.get_logger(__name__)

MOST = {RENDERS: 1_000_000, OPEN: 100_000, STORED: 1_000_000}
"""What a form may say, renders, pieces of work and megabytes."""


@dataclass(frozen=True)
class Limited:
    """A unit or an account with its limits, in the form's own words; ``uses`` has those that are set."""

    kind: str
    id: uuid.UUID
    name: str
    revision: int
    limits: Mapping[str, int | None]
    uses: Mapping[str, Use] = field(default_factory=dict)

    @property
    def near(self) -> bool:
        return any(use.near for use in self.uses.values())


def units(db: Session) -> list[Limited]:
    """Every unit, by name, whether it has limits or not; two queries."""
    joined = db.execute(select(Unit, Quota).outerjoin(Quota, Quota.unit_id == Unit.id))
    rows: list[tuple[Unit, Quota | None]] = [(unit, row) for unit, row in joined]
    uses = quotas.uses_of(db, Quota.unit_id.is_not(None), utc_now())
    found = [_limited("unit", unit.id, unit.name, row, uses) for unit, row in rows]
    return sorted(found, key=lambda one: (fold(one.name), str(one.id)))


def accounts(db: Session) -> list[Limited]:
    """The accounts that have limits, by name; two queries."""
    rows = db.execute(select(Account.id, Account.name, Quota).join(Quota, Quota.account_id == Account.id)).all()
    uses = quotas.uses_of(db, Quota.account_id.is_not(None), utc_now())
    found = [_limited("account", one_id, name, row, uses) for one_id, name, row in rows]
    return sorted((one for one in found if one.uses), key=lambda one: (fold(one.name), str(one.id)))


def of(db: Session, kind: str, subject_id: uuid.UUID) -> Limited:
    """Raises NotFound for no such unit or account."""
    subject: Unit | Account | None = db.get(Unit, subject_id) if kind == "unit" else db.get(Account, subject_id)
    if subject is None:
        raise NotFound(_("There is no such unit.") if kind == "unit" else _("There is no such account."))
    row = db.scalar(select(Quota).where(_about(kind, subject_id)))
    return _limited(kind, subject_id, subject.name, row, quotas.uses_of(db, _about(kind, subject_id), utc_now()))


def set_limits(
    db: Session, by: Account, kind: str, subject_id: uuid.UUID, revision: int, wanted: Mapping[str, int | None]
) -> None:
    """``wanted`` by measure, in the units of the columns. Raises NotFound, and Conflict when somebody was faster."""
    by_id = by.id
    try:
        with transaction(db):
            of(db, kind, subject_id)
            row = _held(db, kind, subject_id, revision)
            before: dict[str, int | None] = {measure: getattr(row, measure) for measure in MEASURES}
            after: dict[str, int | None] = {measure: wanted.get(measure) for measure in MEASURES}
            if before == after:
                return
            for measure, value in after.items():
                setattr(row, measure, value)
            row.revision, row.changed_at = row.revision + 1, clock(db)
            thing = custody.Thing(kind, subject_id)
            digests = {"before": digest(dict(before)), "after": digest(dict(after))}
            custody.record(
                db, custody.AGENCY_CHAIN, by, "quota.changed", thing, **digests, was=dict(before), now=dict(after)
            )
    except IntegrityError:  # two people set the first ones at once
        raise Conflict(_changed()) from None
    log.info("quota_changed", kind=kind, subject=str(subject_id), by=str(by_id))


def _held(db: Session, kind: str, subject_id: uuid.UUID, revision: int) -> Quota:
    query = select(Quota).where(_about(kind, subject_id)).with_for_update()
    row = db.scalar(query.execution_options(populate_existing=True))
    if row is None and revision == 0:
        row = Quota(revision=0, **{f"{kind}_id": subject_id})
        db.add(row)
        db.flush()
    if row is None or row.revision != revision:
        raise Conflict(_changed())
    return row


def _about(kind: str, subject_id: uuid.UUID) -> ColumnElement[bool]:
    return (Quota.unit_id if kind == "unit" else Quota.account_id) == subject_id


def _limited(
    kind: str, subject_id: uuid.UUID, name: str, row: Quota | None, uses: Mapping[uuid.UUID, Mapping[str, Use]]
) -> Limited:
    limits = {measure: getattr(row, measure) if row else None for measure in MEASURES}
    return Limited(kind, subject_id, name, row.revision if row else 0, limits, uses.get(subject_id, {}))


def _changed() -> str:
    return str(
        _("Somebody else has changed these limits since you opened the page. Nothing was saved; look at them again.")
    )
