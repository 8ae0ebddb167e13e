"""Finding cases by their text: every word of the query must occur in it somewhere, also inside a longer word.

Case, ways of writing a letter and the marks on Latin letters do not matter (`models.unmarked`). Thai, which puts no
spaces between words, keeps its vowels and tones. Both databases find the same; an index of trigrams answers for words
of three signs and more.
"""

from sqlalchemy import ColumnElement, column, or_, select, table
from sqlalchemy.orm import Session

from models import Case, fold, spellings

MAX_QUERY, MAX_WORDS = 200, 10
TRIGRAM = 3

# Of revision 0008, in SQLite alone.
_FTS = table("case_search", column("rowid"), column("case_search"))
_KEY = table("case_search_key", column("number"), column("case_id", Case.id.type))


def words(query: str) -> list[str]:
    """The query's words, without doubles."""
    return list(dict.fromkeys(fold(query[:MAX_QUERY]).split()))[:MAX_WORDS]


def matches(db: Session, query: str) -> list[ColumnElement[bool]]:
    """What must hold for a case that has every word of the query; nothing for an empty one."""
    found = words(query)
    if db.get_bind().dialect.name != "sqlite":
        return [_contains(word) for word in found]
    long = [word for word in found if _is_long(word)]
    short = [_contains(word) for word in found if not _is_long(word)]
    return [*([_indexed(long)] if long else []), *short]


def _is_long(word: str) -> bool:
    return all(len(spelling) >= TRIGRAM for spelling in spellings(word))


def _contains(word: str) -> ColumnElement[bool]:
    return or_(*(Case.search_text.contains(spelling, autoescape=True) for spelling in spellings(word)))


def _indexed(long: list[str]) -> ColumnElement[bool]:
    """FTS5 takes a word between quotes as it is, and every sign of it counts."""
    quoted = " AND ".join("(" + " OR ".join(_quoted(spelling) for spelling in spellings(word)) + ")" for word in long)
    hits = (
        select(_KEY.c.case_id).join(_FTS, _FTS.c.rowid == _KEY.c.number).where(_FTS.c.case_search.op("MATCH")(quoted))
    )
    return Case.id.in_(hits)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
