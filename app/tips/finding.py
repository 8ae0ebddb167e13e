"""One tip by its receipt, and what was written under it: all that the public's side can ever learn from the records."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models import EndedTip, Tip, TipAuthor, TipFile, TipMessage


@dataclass(frozen=True)
class Found:
    """``received_at`` is cut to the hour."""

    id: uuid.UUID
    receipt: str
    secret_hash: str
    reply_public: bytes
    received_at: dt.datetime


@dataclass(frozen=True)
class Letter:
    """``sealed`` is of a reply alone: what the sender wrote, nobody but the agency can open."""

    position: int
    author: TipAuthor
    written_at: dt.datetime
    sealed: bytes | None
    files: int


def find(db: Session, receipt: str) -> Found | None:
    """On PostgreSQL by a function: the role of the forms cannot read the table."""
    if db.get_bind().dialect.name == "postgresql":
        query = text("SELECT id, receipt, secret_hash, reply_key, received_at FROM tip_of_receipt(:receipt)")
        row = db.execute(query, {"receipt": receipt}).first()
    else:
        columns = (Tip.id, Tip.receipt, Tip.secret_hash, Tip.reply_public, Tip.received_at)
        row = db.execute(select(*columns).where(Tip.receipt == receipt)).first()
    return Found(row[0], row[1], row[2], bytes(row[3]), row[4]) if row else None


@dataclass(frozen=True)
class Ended:
    """A tip that was deleted."""

    secret_hash: str
    ended_at: dt.datetime


def find_ended(db: Session, receipt: str) -> Ended | None:
    """As ``find``, of those that are gone."""
    if db.get_bind().dialect.name == "postgresql":
        query = text("SELECT secret_hash, ended_at FROM ended_tip_of_receipt(:receipt)")
        row = db.execute(query, {"receipt": receipt}).first()
    else:
        row = db.execute(select(EndedTip.secret_hash, EndedTip.ended_at).where(EndedTip.receipt == receipt)).first()
    return Ended(*row) if row else None


def letters(db: Session, receipt: str) -> list[Letter]:
    """In their order."""
    if db.get_bind().dialect.name == "postgresql":
        columns = "position, author, written_at, sealed_for_sender, files"
        rows = db.execute(text(f"SELECT {columns} FROM tip_letters(:receipt)"), {"receipt": receipt})  # noqa: S608
        return [_letter(row) for row in rows]
    files = select(func.count()).where(TipFile.message_id == TipMessage.id).scalar_subquery()
    query = (
        select(TipMessage.position, TipMessage.author, TipMessage.written_at, TipMessage.sealed_for_sender, files)
        .join(Tip, Tip.id == TipMessage.tip_id)
        .where(Tip.receipt == receipt)
        .order_by(TipMessage.position, TipMessage.written_at, TipMessage.id)
    )
    return [_letter(row) for row in db.execute(query)]


def _letter(row: Sequence[Any]) -> Letter:
    position, author, written_at, sealed, files = tuple(row)
    return Letter(position, TipAuthor(author), written_at, None if sealed is None else bytes(sealed), files)
