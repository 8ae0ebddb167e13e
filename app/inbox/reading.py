"""A tip opened for whoever may read it: its letters, and what is known of its files."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.custody import Thing
from app.custody.looking import Evidence
from app.errors import AppError
from app.languages.telling import tell
from app.settings import Settings
from app.tips import opening
from app.tips.sealing import Body, Facts
from imaging.decode import MAX_BYTES
from models import Account, Tip, TipFile, TipKey, TipMessage

PICTURES = ("image/jpeg", "image/png", "image/webp")
"""What browsers are shown, made anew, where it is small enough to be decoded; everything else can only be taken away as
a file."""


@dataclass(frozen=True)
class Attachment:
    """``facts`` are None where they cannot be opened."""

    file: TipFile
    facts: Facts | None

    @property
    def is_picture(self) -> bool:
        return self.facts is not None and is_picture(self.facts)


def is_picture(facts: Facts) -> bool:
    return facts.mime in PICTURES and facts.size <= MAX_BYTES


@dataclass(frozen=True)
class Letter:
    """``body`` is None where it cannot be opened, and ``problem`` says why and what to do. ``tip`` is the one that it
    was sent with: of several that were put together it may be another."""

    message: TipMessage
    tip: Tip
    body: Body | None
    problem: str
    by: str
    files: tuple[Attachment, ...]


def letters(db: Session, settings: Settings, tip: Tip) -> list[Letter]:
    """Of the tip and of those that were put together with it, in the order in which they were written; by two
    queries."""
    family = (Tip.id == tip.id) | (Tip.merged_into == tip.id)
    query = select(TipMessage, Account.name, Tip, TipKey).join(Tip, TipMessage.tip_id == Tip.id)
    query = query.join(TipKey, TipMessage.key_id == TipKey.id).outerjoin(Account, TipMessage.by_id == Account.id)
    order = TipMessage.written_at, TipMessage.tip_id, TipMessage.position
    # With their keys, which the session would forget and ask for again if nobody held them.
    rows = db.execute(query.where(family).order_by(*order)).all()
    sent = select(TipFile, TipKey).join(Tip, TipFile.tip_id == Tip.id).join(TipKey, TipFile.key_id == TipKey.id)
    files: dict[uuid.UUID, list[Attachment]] = {}
    for file, _key in db.execute(sent.where(family).order_by(TipFile.position)).all():
        files.setdefault(file.message_id, []).append(Attachment(file, _facts(db, settings, file)))
    return [_letter(db, settings, of, message, name or "", files) for message, name, of, _key in rows]


def _letter(
    db: Session,
    settings: Settings,
    tip: Tip,
    message: TipMessage,
    by: str,
    files: dict[uuid.UUID, list[Attachment]],
) -> Letter:
    body, problem = None, ""
    try:
        body = Body(**{name: _utf8(text) for name, text in vars(opening.open_message(db, settings, message)).items()})
    except AppError as error:
        problem = tell(error)
    return Letter(message, tip, body, problem, by, tuple(files.get(message.id, ())))


def _facts(db: Session, settings: Settings, file: TipFile) -> Facts | None:
    try:
        facts = opening.open_facts(db, settings, file)
        return replace(facts, name=_utf8(facts.name))
    except AppError:
        return None


def _utf8(text: str) -> str:
    """What was typed, as a page can say it: half of a surrogate pair, which a form can hold, is no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def seen(tip: Tip, read: Sequence[Letter]) -> Evidence:
    """What custody keeps of somebody's reading these letters."""
    sealed = hashlib.sha256(b"".join(one.message.sealed for one in read)).hexdigest()
    # With their number, so that one that came a moment ago has an entry of its own.
    return Evidence(None, Thing("tip", tip.id), f"letters {len(read)}", sealed, case_id=tip.case_id)


def taken(tip: Tip, file: TipFile, part: str) -> Evidence:
    """What custody keeps of somebody's looking at a file of it, or taking it away."""
    return Evidence(None, Thing("tip", tip.id), f"{part} {file.id}", file.object_key[-64:], case_id=tip.case_id)
