"""Finding records by their text: every word of the query must occur in it somewhere, also inside a longer word.

Case, ways of writing a letter and the marks on Latin letters do not matter (`models.unmarked`). Thai, which puts no
spaces between words, keeps its vowels and tones. Both databases find the same; an index of trigrams answers for words
of three signs and more.
"""

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, column, or_, select, table
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import fold, spellings

MAX_QUERY, MAX_WORDS = 200, 10
TRIGRAM = 3


def words(query: str) -> list[str]:
    """The query's words, without doubles."""
    return list(dict.fromkeys(fold(query[:MAX_QUERY]).split()))[:MAX_WORDS]


def contains(text: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    """Whether the text has the word, however that is spelt; read, where no index of the text is asked."""
    return or_(*(text.contains(spelling, autoescape=True) for spelling in spellings(word)))


@dataclass(frozen=True)
class Searched:
    """A column of folded text, and the identities of whose it is. In SQLite FTS5's table ``<name>_search`` is its
    index, which knows rows by number; ``<name>_search_key`` has their identities as ``<name>_id``."""

    name: str
    identity: InstrumentedAttribute[uuid.UUID]
    text: InstrumentedAttribute[str]

    def matches(self, db: Session, query: str) -> list[ColumnElement[bool]]:
        """What must hold for a record that has every word of the query; nothing for an empty one."""
        found = words(query)
        if db.get_bind().dialect.name != "sqlite":
            return [contains(self.text, word) for word in found]
        long = [word for word in found if _is_long(word)]
        short = [contains(self.text, word) for word in found if not _is_long(word)]
        return [*([self._indexed(long)] if long else []), *short]

    def _indexed(self, long: list[str]) -> ColumnElement[bool]:
        index = f"{self.name}_search"
        fts = table(index, column("rowid"), column(index))
        key = table(f"{index}_key", column("number"), column(f"{self.name}_id", self.identity.type))
        hits = select(key.c[f"{self.name}_id"]).join(fts, fts.c.rowid == key.c.number)
        return self.identity.in_(hits.where(fts.c[index].op("MATCH")(_quoted(long))))


def _is_long(word: str) -> bool:
    return all(len(spelling) >= TRIGRAM for spelling in spellings(word))


def _quoted(long: list[str]) -> str:
    """FTS5 takes a word between quotes as it is, and every sign of it counts."""
    any_of = (" OR ".join('"' + one.replace('"', '""') + '"' for one in spellings(word)) for word in long)
    return " AND ".join(f"({one})" for one in any_of)
