"""Taking a case from a file: a supervisor hands it in, a worker checks it and makes the case, or says why not."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Any, BinaryIO

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import custody, jobs
from app.agency import quotas
from app.cases.forms import CaseFacts
from app.cases.service import search_text
from app.custody.acting import Actor
from app.database import Database, clock, transaction
from app.errors import Conflict, Refused
from app.exchange import archive
from app.exchange.chains import ChainText, from_text
from app.exchange.opening import MAX_SIZE, opened
from app.exchange.records import Bringing
from app.retention import removal
from app.storage import ObjectStore, file_key, object_key, split_key
from app.studio.sight import unit_for
from app.texts import one_line
from imaging.words import N_
from models import Account, Case, CaseImport, CaseStatus, ForeignChain, Job, JobKind, JobState, Sketch

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Imported:
    """An import as its page shows it."""

    asked: CaseImport
    job: Job

    @property
    def open(self) -> bool:
        return self.job.state in jobs.OPEN

    @property
    def failed(self) -> bool:
        return self.job.state in jobs.RETRYABLE


@dataclass(frozen=True)
class Origin:
    """The custody of a former installation, as it came along."""

    key: str
    head: str
    entries: int


def take_in(
    db: Session,
    store: ObjectStore,
    account: Account,
    file: BinaryIO,
    file_name: str,
    unit_id: uuid.UUID | None = None,
    number: str = "",
) -> CaseImport:
    """Keep the file and have it read. Raises Refused for a unit that is not the account's and for a file that is
    too large or none, and StorageFull."""
    account_id = account.id
    unit = unit_for(db, account_id, unit_id)
    if unit is None:
        raise Refused(N_("A case belongs to a unit, and you are in none. Ask an administrator to put you into one."))
    number = one_line(number)
    if len(number) > 40:
        raise Refused(N_("A number can have at most 40 characters."))
    size = file.seek(0, 2)
    if not 0 < size <= MAX_SIZE:
        raise Refused(N_("Choose the ZIP of an exported case; it can have at most 2 GB."))
    key = file_key(account_id, file)
    store.put_file(key, file)
    import_id = uuid.uuid4()
    with transaction(db):
        job = jobs.enqueue(db, JobKind.IMPORT, import_id, account_id, {})
        db.flush()
        asked = CaseImport(
            id=import_id,
            job_id=job.id,
            unit_id=unit,
            number=number,
            file_name=PureWindowsPath(file_name).name[-255:] or "case.zip",
            sha256=split_key(key)[1],
            size=size,
            key=key,
            asked_by=account_id,
            asked_at=clock(db),
        )
        db.add(asked)
    log.info("import_asked", by=str(account_id), bytes=size)
    return asked


def imports_of(db: Session, account: Account) -> list[Imported]:
    """What the account handed in, the newest first."""
    query = select(CaseImport, Job).join(Job, CaseImport.job_id == Job.id).where(CaseImport.asked_by == account.id)
    return [Imported(*row) for row in db.execute(query.order_by(CaseImport.asked_at.desc(), CaseImport.id).limit(20))]


def read_case(
    database: Database,
    store: ObjectStore,
    file: BinaryIO,
    file_name: str,
    owner_id: uuid.UUID,
    unit_id: uuid.UUID,
    number: str = "",
) -> tuple[Case, Callable[[Session, Actor, str], None]]:
    """Check the whole file and keep its objects: the case that it has, and what writes it, as whom and with the
    sha256 of the file, in the caller's transaction.

    Raises BadArchive and BadChain, naming the member that is wrong, and Conflict for a case or a number that is here
    already; then no row was written, and a sweep takes the objects.
    """
    with opened(file, file_name) as found:
        bringing = Bringing(found, store, owner_id, unit_id)
        bringing.bring()
        case, foreign = bringing.case, case_number(bringing.case, number, bringing.tags)
        with database.session(read_only=True) as db:
            _check_free(db, case)
        origins = [_origin(found.bytes_of(name), name, store, owner_id) for name in _origin_names(found.digests)]
        origins.append(_origin(found.bytes_of(archive.CUSTODY), archive.CUSTODY, store, owner_id))

    def record(db: Session, by: Actor, sha256: str) -> None:
        _check_free(db, case)
        try:
            for row in bringing.rows:  # in this order: rows name those before them
                db.add(row)
                db.flush()
        except IntegrityError as error:
            raise Conflict(N_("Part of this case is here already, in another case. Nothing was imported.")) from error
        quotas.hold_to(db, owner_id, unit_id, [quotas.STORED])
        _bind(db, case, origins, by, sha256, foreign)
        _open_what_was_public(db, case, by)

    return case, record


def case_number(case: Case, number: str, tags: tuple[str, ...]) -> str:
    """Give the case its number here; the one that it had."""
    foreign = case.number
    case.number = number or foreign
    facts = CaseFacts(case.title, case.description, case.incident_on, case.incident_place, tags)
    case.search_text = search_text(case.number, facts)
    return foreign


def _check_free(db: Session, case: Case) -> None:
    there = db.scalar(select(Case.number).where(Case.id == case.id))
    if there is not None:
        raise Conflict(N_("This case is here already, as %(number)s. Nothing was imported."), number=there)
    if db.scalar(select(Case.id).where(Case.number == case.number)) is not None:
        raise Conflict(
            N_("The number %(number)s belongs to another case here. Import it again under another number."),
            number=case.number,
        )
    if db.scalar(select(Sketch.id).where(Sketch.case_id == case.id).limit(1)) is not None:
        raise Conflict(N_("Part of this case is here already, in another case. Nothing was imported."))


def _origin_names(digests: dict[str, str]) -> list[str]:
    return sorted(name for name in digests if name.startswith(f"{archive.ORIGINS}/"))


def _origin(text: bytes, name: str, store: ObjectStore, owner_id: uuid.UUID) -> Origin:
    chains: list[ChainText] = from_text(text, name)
    key = object_key(owner_id, text)
    store.put(key, text)
    main = next((chain for chain in chains if chain.kind == "case"), chains[0] if chains else None)
    return Origin(key, main.head if main else "0" * 64, sum(len(chain.lines) for chain in chains))


def _bind(db: Session, case: Case, origins: list[Origin], by: Actor, sha256: str, foreign: str) -> None:
    """Keep the foreign custody word for word, and bind it into the case's own by its head and its digest."""
    # A case that was imported before, and deleted since, has that journey's custody still.
    before = db.scalar(select(func.max(ForeignChain.number)).where(ForeignChain.case_id == case.id)) or 0
    db.add_all(
        ForeignChain(
            case_id=case.id,
            number=number,
            key=one.key,
            sha256=split_key(one.key)[1],
            head=one.head,
            entries=one.entries,
        )
        for number, one in enumerate(origins, before + 1)
    )
    last, thing = origins[-1], custody.Thing("case", case.id)
    said: dict[str, Any] = {"head": last.head, "entries": last.entries, "custody": split_key(last.key)[1]}
    custody.record(db, custody.of_case(case.id), by, "case.imported", thing, after=sha256, number=foreign, **said)


def _open_what_was_public(db: Session, case: Case, by: Actor) -> None:
    """What was published elsewhere is not published by this agency: the status would say what is not so."""
    if case.status != CaseStatus.PUBLISHED:
        return
    was, case.status, case.status_since = case.status, CaseStatus.OPEN, clock(db)
    thing, moved = custody.Thing("case", case.id), {"was": str(was), "now": str(case.status)}
    custody.record(db, custody.of_case(case.id), by, "case.imported_public", thing, fields=["status"], **moved)


def let_go(db: Session) -> int:
    """Let go of the files that were read, or refused for good. How many there were."""
    over = (CaseImport.key.is_not(None), Job.state.in_((JobState.DONE, JobState.FAILED, JobState.CANCELLED)))
    query = select(CaseImport).join(Job, CaseImport.job_id == Job.id).where(*over)
    if db.scalar(query.limit(1)) is None:
        return 0
    with transaction(db):
        found = list(db.scalars(query.with_for_update(skip_locked=True, of=CaseImport)))
        removal.doom(db, [one.key for one in found if one.key])
        for one in found:
            one.key = None
    return len(found)
