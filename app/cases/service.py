"""Creating cases and changing what they say.

Every function takes the session and the account first, commits before it returns, and records custody in the same
transaction. Statuses, people, notes and moving have files of their own beside this one.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import custody, idempotency
from app.cases import numbers
from app.cases.forms import CaseFacts
from app.cases.sight import WORKING, get_case, held_case
from app.cases.words import FIELDS
from app.custody import digest
from app.database import clock, transaction
from app.errors import Conflict, Forbidden, Refused
from app.idempotency import Asked
from app.identity import units
from models import Account, AccountUnit, Case, CaseTag, CustodyChain, CustodyEntry, Unit, fold, unmarked

log = structlog.get_logger(__name__)

TRIES = 5
COMPARED = 100
"""How many of the newest entries are asked what changed since a form was drawn."""


@dataclass(frozen=True)
class Change:
    """What somebody changed after a form was drawn."""

    by: str
    fields: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        return [str(FIELDS.get(name, name)) for name in self.fields]


class ChangedMeanwhile(Conflict):
    """The form was drawn before somebody else's changes; nothing of it was kept."""

    def __init__(self, revision: int, changes: Collection[Change]) -> None:
        super().__init__(_("Somebody else has changed this case since you opened it. Nothing was saved yet."))
        self.revision = revision
        self.changes = list(changes)


def create(
    db: Session,
    account: Account,
    facts: CaseFacts,
    unit_id: uuid.UUID | None = None,
    request: Asked | None = None,
) -> Case:
    """A new case of the given unit, or of the only one that the account is in. A request that has been executed before
    gives the case that it made then, if the account still sees it.

    Raises Forbidden without a role for it, and Refused for a unit that is not the account's.
    """
    if not account.has_role(*WORKING):
        raise Forbidden(
            _("Your account does not have the role for this. If you need it for your work, ask an administrator.")
        )
    for tries_left in reversed(range(TRIES)):
        try:
            made = idempotency.once(db, request, lambda: [_insert(db, account, facts, unit_id).id])
            if not made.replayed:
                log.info("case_created", case=str(made.made[0]), by=str(account.id))
            return get_case(db, account, made.made[0])
        except IntegrityError:  # a case with the same number came in from elsewhere in this moment
            if not tries_left:
                raise
    raise AssertionError  # the last try returns or raises


def _insert(db: Session, account: Account, facts: CaseFacts, unit_id: uuid.UUID | None) -> Case:
    (unit,) = units.kept(db, [unit_for(db, account.id, unit_id)])
    now = clock(db)
    case = Case(id=uuid.uuid4(), unit_id=unit.id, created_by=account.id, created_at=now, changed_at=now)
    case.number, case.status_since = numbers.next_number(db, unit, now), now
    write_facts(case, facts)
    db.add(case)
    db.flush()
    db.add_all(CaseTag(case_id=case.id, folded=fold(tag), name=tag) for tag in facts.tags)
    thing, after = custody.Thing("case", case.id), digest(dict(facts.plain))
    custody.record(db, custody.of_case(case.id), account, "case.created", thing, after=after, number=case.number)
    return case


def unit_for(db: Session, account_id: uuid.UUID, wanted: uuid.UUID | None) -> uuid.UUID:
    """The unit of a new case. Raises Refused for a unit that is not the account's, for none, and when it is in
    several and chose none."""
    mine = list(db.scalars(select(AccountUnit.unit_id).where(AccountUnit.account_id == account_id)))
    if not mine:
        raise Refused(_("A case belongs to a unit, and you are in none. Ask an administrator to put you into one."))
    if wanted is None and len(mine) > 1:
        raise Refused(_("Choose the unit that the case belongs to."))
    if wanted is not None and wanted not in mine:
        raise Refused(_("You are not in that unit any more; reload the page and choose again."))
    return wanted or mine[0]


def edit(db: Session, account: Account, case_id: uuid.UUID, facts: CaseFacts, revision: int) -> None:
    """Write what the form says, drawn when the case was at ``revision``.

    Raises ChangedMeanwhile when it is not any more, and Forbidden.
    """
    with transaction(db):
        held = held_case(db, account, case_id)
        if held.revision != revision:
            raise ChangedMeanwhile(held.revision, changes_since(db, case_id, revision))
        before = facts_of(db, held)
        changed = [name for name, value in facts.plain.items() if value != before.plain[name]]
        if not changed:
            return
        write_facts(held, facts)
        _write_tags(db, case_id, facts.tags)
        held.revision += 1
        held.changed_at = clock(db)
        custody.record(
            db,
            custody.of_case(case_id),
            account,
            "case.changed",
            custody.Thing("case", case_id),
            before=digest(dict(before.plain)),
            after=digest(dict(facts.plain)),
            fields=changed,
            revision=held.revision,
        )
    log.info("case_changed", case=str(case_id), by=str(account.id))


def facts_of(db: Session, case: Case) -> CaseFacts:
    """What people wrote about the case, as it is on record."""
    return CaseFacts(case.title, case.description, case.incident_on, case.incident_place, tags_of(db, case.id))


def tags_of(db: Session, case_id: uuid.UUID) -> tuple[str, ...]:
    return tuple(db.scalars(select(CaseTag.name).where(CaseTag.case_id == case_id).order_by(CaseTag.folded)))


def write_facts(case: Case, facts: CaseFacts) -> None:
    """Onto the row, without its tags, and into what searches compare, with them."""
    case.title, case.description = facts.title, facts.description
    case.incident_on, case.incident_place = facts.incident_on, facts.incident_place
    case.search_text = search_text(case.number, facts)


def search_text(number: str, facts: CaseFacts) -> str:
    """Line by line, so that no word is found across two of them."""
    lines = (number, facts.title, facts.incident_place, *sorted(facts.tags), facts.description)
    return "\n".join(unmarked(line) for line in lines if line)


def _write_tags(db: Session, case_id: uuid.UUID, tags: tuple[str, ...]) -> None:
    wanted = {fold(tag): tag for tag in tags}
    there = set(db.scalars(select(CaseTag.folded).where(CaseTag.case_id == case_id)))
    gone = CaseTag.folded.in_(there - set(wanted))
    db.execute(delete(CaseTag).where(CaseTag.case_id == case_id, gone))
    db.add_all(CaseTag(case_id=case_id, folded=key, name=wanted[key]) for key in sorted(set(wanted) - there))


def changes_since(db: Session, case_id: uuid.UUID, revision: int) -> list[Change]:
    """What changed the case's facts, status or unit after this revision, oldest first."""
    query = select(CustodyEntry).join(CustodyChain, CustodyEntry.chain_id == CustodyChain.id)
    query = query.where(CustodyChain.subject_id == case_id, CustodyEntry.object_kind == "case")
    newest = db.scalars(query.order_by(CustodyEntry.number.desc()).limit(COMPARED)).all()
    return [
        Change(entry.actor, tuple(entry.details.get("fields", ())))
        for entry in reversed(newest)
        if int(entry.details.get("revision", 0)) > revision
    ]


def units_of(db: Session, account: Account) -> list[Unit]:
    """Those that the account may open a case in, by name."""
    query = select(Unit).join(AccountUnit, AccountUnit.unit_id == Unit.id).where(AccountUnit.account_id == account.id)
    return sorted(db.scalars(query), key=lambda unit: fold(unit.name))
