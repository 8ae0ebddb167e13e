"""A sender who comes back: their tip by its receipt, and what was written on both sides, opened with their secret."""

import datetime as dt
import uuid
from dataclasses import dataclass

from flask_babel import gettext as _

from app import context
from app.errors import Gone, Refused
from app.tips import desk, finding, guessing, receipts, sealing
from app.tips.finding import Ended, Letter
from app.tips.sealing import Body
from models import TipAuthor


@dataclass(frozen=True)
class Line:
    """``text`` is of a reply; what the sender wrote cannot be shown again. ``on_the_way``: the agency does not have it
    yet."""

    by_agency: bool
    at: dt.datetime
    text: str | None
    files: int
    on_the_way: bool = False


@dataclass(frozen=True)
class Visit:
    """A receipt whose secret was right."""

    tip_id: uuid.UUID
    receipt: str
    received_at: dt.datetime
    lines: tuple[Line, ...]
    position: int
    """Of the last message."""


class ReceiptRefused(Refused):
    """The number and the secret do not belong together; the same for a number that there is not."""

    def __init__(self) -> None:
        super().__init__(_("This number and these words do not belong together. Look at your receipt and try again."))


class TipOver(Gone):
    """The receipt and its secret are right, and the tip was deleted."""

    def __init__(self, ended_at: dt.datetime) -> None:
        super().__init__(_("Your tip was deleted, since the time was over for which it was kept."))
        self.ended_at = ended_at


@dataclass(frozen=True)
class _Kept:
    id: uuid.UUID
    secret_hash: str
    received_at: dt.datetime


def visit(number_text: str, secret_text: str) -> Visit:
    """Raises ReceiptRefused, TipOver, TooManyTries."""
    number, secret = receipts.read_number(number_text), receipts.read_secret(secret_text)
    if number is None or secret is None:
        raise ReceiptRefused
    guessing.check(number)
    kept = _find(number)
    key = receipts.unlock(kept.secret_hash if kept else None, secret)
    if kept is None or key is None:
        guessing.wrong(number)
        raise ReceiptRefused
    if isinstance(kept, Ended):
        raise TipOver(kept.ended_at)
    return _visit(kept, number, bytes(key))


def _find(number: str) -> _Kept | Ended | None:
    """In the spool first: while the records are away, a new tip is there alone."""
    for entry in desk.desk().spool.of_receipt(number):
        if entry.tip is not None:
            return _Kept(entry.tip_id, entry.tip.secret_hash, entry.hour)
    with context.services().database.session(read_only=True) as db:
        found = finding.find(db, number)
        if found is None:
            return finding.find_ended(db, number)
    return _Kept(found.id, found.secret_hash, found.received_at)


def _visit(kept: _Kept, number: str, key: bytes) -> Visit:
    waiting = desk.desk().spool.of_receipt(number)
    new = any(entry.tip is not None for entry in waiting)
    letters = [] if new else _letters(number)
    last = max((one.position for one in letters), default=0)
    lines = [Line(one.author == TipAuthor.AGENCY, one.written_at, _text(key, one.sealed), one.files) for one in letters]
    # One that was carried meanwhile is among the letters.
    more = [entry for entry in waiting if entry.position > last]
    lines += [Line(False, entry.hour, None, len(entry.files), on_the_way=True) for entry in more]
    return Visit(kept.id, number, kept.received_at, tuple(lines), max([last, *(one.position for one in more)]))


def _letters(number: str) -> list[Letter]:
    # In a session of its own: one that has read already may not see what was written since.
    with context.services().database.session(read_only=True) as db:
        return finding.letters(db, number)


def _text(key: bytes, sealed: bytes | None) -> str | None:
    return None if sealed is None else Body.from_bytes(sealing.unseal(key, sealed)).text
