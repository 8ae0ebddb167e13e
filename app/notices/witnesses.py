"""Whether a notice's texts say who a witness of the case is, or what only a witness can have said.

A search, not a proof: it finds what was taken over word for word, and a supervisor decides about it.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notices.content import Content
from models import WitnessSession, fold

RUN = 4
"""Words in a row that a statement and a text share by more than chance."""
SIGNS = 16
"""The same for writing that puts no spaces between words."""
LEAST_NAME = 3
LEAST_NUMBER = 3
CALLINGS = {"artist", "constable", "detective", "forensic", "inspector", "officer", "police", "sergeant", "ตำรวจ"}
"""What an artist is and not who: a notice that names the police names nobody."""
WORD = re.compile(r"\w+")
UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff]+")
Words = tuple[str, ...]


@dataclass(frozen=True)
class Trace:
    """What was found: ``words`` of the ``part`` (witness, artist, statement) of a session, in a field of a notice."""

    session: int
    part: str
    words: str
    field: str
    language: str


@dataclass(frozen=True)
class _Text:
    """A field as it is compared."""

    field: str
    language: str
    folded: str
    words: Words


def traces(db: Session, case_id: uuid.UUID, content: Content) -> list[Trace]:
    """All that the texts share with the case's witness sessions: of each part of a session, what comes first in a
    field."""
    query = select(WitnessSession).where(WitnessSession.case_id == case_id).order_by(WitnessSession.number)
    sessions, texts = list(db.scalars(query)), list(_texts(content))
    return [trace for session in sessions for text in texts for trace in _compared(session, text)]


def _texts(content: Content) -> Iterator[_Text]:
    said = [(name, language, text) for language, one in content.words.items() for name, text in vars(one).items()]
    said += [("alt", language, text) for picture in content.pictures for language, text in picture.alt.items()]
    for name, language, text in said:
        folded = fold(text)
        yield _Text(name, language, folded, _words(folded))


def _compared(session: WitnessSession, text: _Text) -> Iterator[Trace]:
    witness, artist, statement = (fold(one) for one in (session.witness, session.artist, session.statement))
    names = [name for name in _words(artist) if len(name) >= LEAST_NAME and name not in CALLINGS]
    found = {
        "witness": next(_named([witness], text), None),
        "artist": next(_named([artist, *names], text), None),
        "statement": next(_taken(statement, text), None),
    }
    for part, words in found.items():
        if words:
            yield Trace(session.number, part, words, text.field, text.language)


def _named(names: list[str], text: _Text) -> Iterator[str]:
    """Those that the text has as whole words, or as part of writing without spaces."""
    for name in names:
        words = _words(name)
        if words and (words in _runs(text.words, len(words)) or (UNSPACED.search(name) and name in text.folded)):
            yield name


def _taken(statement: str, text: _Text) -> Iterator[str]:
    """Runs of words, long pieces of writing without spaces, and numbers of both."""
    said = _words(statement)
    runs, pieces = _runs(said, RUN), set(_pieces(statement))
    yield from (" ".join(run) for run in _runs(text.words, RUN) if run in runs)
    yield from (piece for piece in _pieces(text.folded) if piece in pieces)
    numbers = {word for word in said if _is_number(word)}
    yield from (word for word in text.words if word in numbers)


def _words(folded: str) -> Words:
    return tuple(WORD.findall(folded))


def _runs(words: Words, length: int) -> dict[Words, None]:
    """In their order, each once."""
    return dict.fromkeys(words[start : start + length] for start in range(len(words) - length + 1))


def _pieces(folded: str) -> Iterator[str]:
    for found in UNSPACED.finditer(folded):
        part = found.group()
        yield from (part[start : start + SIGNS] for start in range(len(part) - SIGNS + 1))


def _is_number(word: str) -> bool:
    return sum(sign.isdigit() for sign in word) >= LEAST_NUMBER
