"""Who did what to a case and to what is filed in it, as its chain has it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from app import context, custody, gate
from app.api.v1 import paging
from app.api.v1.blueprint import blueprint
from app.api.v1.cases import HERE, seen
from app.api.v1.operation import In, Out, operation
from app.custody.canonical import HASHED
from app.custody.presenting import entries
from models import NOTHING, CustodyChain, CustodyEntry, Scope


class Entry(Out):
    """One entry. Its hash is the sha256 of all the other fields: as JSON with sorted keys, in ASCII, without spaces."""

    chain_id: uuid.UUID
    number: int
    at: Annotated[str, msgspec.Meta(description="In UTC to the microsecond, as the hash covers it.")]
    actor_id: uuid.UUID | None
    actor: str
    action: str
    object_kind: str
    object_id: uuid.UUID | None
    before: Annotated[str | None, msgspec.Meta(description="The sha256 of what was there.")]
    after: Annotated[str | None, msgspec.Meta(description="The sha256 of what is there now.")]
    details: dict[str, Any]
    request_id: str
    previous: Annotated[str, msgspec.Meta(description="The hash of the entry before.")]
    hash: str


class Custody(Out):
    """A part of a chain, newest first. Whoever keeps ``head`` can tell later that nothing before it was changed."""

    length: int
    head: str
    items: Sequence[Entry]
    next: Annotated[str | None, msgspec.Meta(description="The cursor of the next page; null on the last one.")]


class CustodyQuery(In):
    limit: paging.Limit = 20
    cursor: Annotated[str, msgspec.Meta(pattern="^[0-9]{0,9}$", description="The `next` of the page before.")] = ""


@blueprint.get(f"{HERE}/custody")
@gate.investigator
@gate.scope(Scope.CASES_READ)
@operation("Read a case's custody, newest first", Custody, query=CustodyQuery, paged=True)
def read_case_custody(case_id: uuid.UUID, query: CustodyQuery) -> tuple[Custody, dict[str, str]]:
    db, chain = context.db(), custody.of_case(seen(case_id).id)
    before = int(query.cursor) if query.cursor else None
    rows = entries(db, chain, before, query.limit + 1)
    shown = rows[: query.limit]
    after = str(shown[-1].number) if len(rows) > query.limit else None
    found = db.get(CustodyChain, chain.id)
    length, head = (found.length, found.head) if found else (0, NOTHING)
    page = Custody(length=length, head=head, items=[_entry(row) for row in shown], next=after)
    return page, paging.link(after)


def _entry(row: CustodyEntry) -> Entry:
    at = row.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    facts: dict[str, Any] = {name: getattr(row, name) for name in HASHED if name != "at"}
    return Entry(**facts, at=at, hash=row.hash)
