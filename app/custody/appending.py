"""Appending to chains: the last thing that a transaction does."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.custody.acting import Actor
from app.custody.canonical import Detail, canonical, digest
from app.database import add_unless_there, clock
from models import NOTHING, ChainKind, CustodyChain, CustodyEntry

PLACES = (ChainKind.SKETCH, ChainKind.CASE, ChainKind.AGENCY)
"""The order in which everybody takes chains: what is shared by most comes last, and what others name comes first."""


@dataclass(frozen=True)
class Chain:
    """Which chain, by what it is about."""

    kind: ChainKind
    subject_id: uuid.UUID

    @property
    def id(self) -> uuid.UUID:
        """Follows from what it is about. Every entry's hash covers it, so a chain cannot be passed off as another's."""
        return uuid.UUID(bytes=hashlib.sha256(f"{self.kind}:{self.subject_id}".encode()).digest()[:16])


@dataclass(frozen=True)
class Thing:
    """To what it was done: a kind such as "case", "sketch", "likeness", "account"."""

    kind: str
    id: uuid.UUID | None = None


@dataclass(frozen=True)
class Waiting:
    """An entry to be. It says where another chain ends that it ``names``, which this transaction appends to as well."""

    chain: Chain
    actor: Actor
    action: str
    thing: Thing
    before: str | None = None
    after: str | None = None
    details: dict[str, Detail] = field(default_factory=dict)
    names: Chain | None = None


def append(db: Session, entries: Sequence[Waiting]) -> None:
    """Append entries to their chains, each chain held until the transaction ends."""
    db.flush()
    chains: dict[Chain, list[Waiting]] = defaultdict(list)
    for entry in entries:
        chains[entry.chain].append(entry)
    heads: dict[Chain, CustodyChain] = {}
    # Two transactions that both need two chains must not wait for each other.
    for chain in sorted(chains, key=lambda one: (PLACES.index(one.kind), one.subject_id.int)):
        heads[chain] = head = _held(db, chain)
        now = clock(db)
        for entry in chains[chain]:
            row = _row(entry, heads)
            row.at = now
            row.hash = digest(canonical(row))
            db.add(row)
            head.length, head.head = row.number, row.hash
    db.flush()


def _row(entry: Waiting, heads: dict[Chain, CustodyChain]) -> CustodyEntry:
    head, details = heads[entry.chain], dict(entry.details)
    if entry.names is not None:
        named = heads[entry.names]
        details |= {"chain": str(named.id), "length": named.length, "head": named.head}
    if entry.actor.token_id is not None:
        details |= {"token": str(entry.actor.token_id), "token_name": entry.actor.token_name}
    return CustodyEntry(
        id=uuid.uuid4(),
        chain_id=head.id,
        number=head.length + 1,
        actor_id=entry.actor.account_id,
        actor=entry.actor.name[:200],
        action=entry.action,
        object_kind=entry.thing.kind,
        object_id=entry.thing.id,
        before=entry.before,
        after=entry.after,
        details=details,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
        previous=head.head,
    )


def _held(db: Session, chain: Chain) -> CustodyChain:
    """The chain's row, held; made when this is its first entry."""
    query = select(CustodyChain).where(CustodyChain.id == chain.id).with_for_update()
    query = query.execution_options(populate_existing=True)
    found = db.scalar(query)
    if found is not None:
        return found
    empty = CustodyChain(id=chain.id, kind=chain.kind, subject_id=chain.subject_id, length=0, head=NOTHING)
    empty.created_at = clock(db)
    add_unless_there(db, empty)
    return db.scalars(query).one()
