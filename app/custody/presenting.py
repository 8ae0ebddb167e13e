"""A chain as a page shows it: the newest entries first, each as a sentence with its exact facts."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.custody.appending import Chain
from app.custody.words import sentence
from models import NOTHING, CustodyAnchor, CustodyChain, CustodyEntry

PER_PAGE = 50


@dataclass(frozen=True)
class Line:
    """An entry; ``facts`` are names and values of everything that its hash covers."""

    number: int
    at: dt.datetime
    words: str
    hash: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Strand:
    """A part of a chain, newest first. ``older`` asks for the part before it; None where that is the beginning."""

    chain: Chain
    length: int
    head: str
    lines: Sequence[Line]
    older: int | None
    newest: bool
    anchored_on: dt.date | None


def strand(db: Session, chain: Chain, before: int | None = None) -> Strand:
    """The entries before the one of this number, or the newest ones: by three queries."""
    found = db.get(CustodyChain, chain.id)
    rows = entries(db, chain, before, PER_PAGE + 1)
    shown = rows[:PER_PAGE]
    older = shown[-1].number if len(rows) > PER_PAGE else None
    length, head = (found.length, found.head) if found else (0, NOTHING)
    newest = not shown or shown[0].number == length
    anchored_on = db.scalar(select(func.max(CustodyAnchor.day)))
    return Strand(chain, length, head, [_line(row) for row in shown], older, newest, anchored_on)


def entries(db: Session, chain: Chain, before: int | None, most: int) -> list[CustodyEntry]:
    """The newest entries, or those before the one of this number, newest first."""
    query = select(CustodyEntry).where(CustodyEntry.chain_id == chain.id)
    if before is not None:
        query = query.where(CustodyEntry.number < before)
    return list(db.scalars(query.order_by(CustodyEntry.number.desc()).limit(most)))


def _line(entry: CustodyEntry) -> Line:
    return Line(entry.number, entry.at, sentence(entry), entry.hash, _facts(entry))


def _facts(entry: CustodyEntry) -> list[tuple[str, str]]:
    about = f"{entry.object_kind} {entry.object_id}" if entry.object_id else entry.object_kind
    details = {name: value for name, value in entry.details.items() if value is not None}
    told = [
        (_("Action"), entry.action),
        (_("Time"), entry.at.isoformat()),
        (_("By"), f"{entry.actor} {entry.actor_id}" if entry.actor_id else entry.actor),
        (_("Object"), about),
        (_("Digest before"), entry.before or ""),
        (_("Digest after"), entry.after or ""),
        (_("Details"), json.dumps(details, ensure_ascii=False, sort_keys=True) if details else ""),
        (_("Request"), entry.request_id),
        (_("Hash before"), entry.previous),
        (_("Own hash"), entry.hash),
    ]
    return [(name, value) for name, value in told if value]
