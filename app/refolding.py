"""Bringing texts that searches compare to how they are compared now: rows of earlier code keep the marks of their
letters (`models.unmarked`), and whoever leaves the marks away does not find them.

No revision does it: it may touch many rows, and a revision holds every table while it runs. Here a few rows at a time
are written anew, each only if nobody has changed it since it was read.
"""

import uuid

import structlog
from sqlalchemy import Engine, Table, select, update

from models import Case, Notice, Publication, Sketch, searched, unmarked

log = structlog.get_logger(__name__)

MARKS = "[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]"
"""What a text has that could be written without marks: Latin letters outside ASCII, and marks of their own."""
TEXTS = (
    (Case.__table__, "search_text"),
    (Sketch.__table__, "title_folded"),
    (Publication.__table__, "search_text"),
    (Publication.__table__, "area_folded"),
)
BATCH = 500


def refold(engine: Engine) -> None:
    """Go through all texts once. What is right already is left alone, so it may be done again at any time."""
    for table, name in TEXTS:
        assert isinstance(table, Table)
        last: uuid.UUID | None = None
        while rows := _some(engine, table, name, last):
            last = rows[-1][0]
    _fill_notices(engine)


def _fill_notices(engine: Engine) -> None:
    """Give those the text of their words that were written before there was one."""
    last: uuid.UUID | None = None
    wanted = select(Notice.id, Notice.content).where(Notice.search_text == "").order_by(Notice.id).limit(BATCH)
    while True:
        query = wanted.where(Notice.id > last) if last else wanted
        with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection, connection.begin():
            rows = connection.execute(query).all()
            for one, content in rows:
                is_it = Notice.id == one, Notice.search_text == ""
                connection.execute(update(Notice).where(*is_it).values(search_text=searched(content)))
        if not rows:
            return
        last = rows[-1].id


def _some(engine: Engine, table: Table, name: str, after: uuid.UUID | None) -> list[tuple[uuid.UUID, str]]:
    """The next few rows in the order of their identities, brought right."""
    key, text = table.c.id, table.c[name]
    found = select(key, text).where(text.regexp_match(MARKS), *([key > after] if after else []))
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection, connection.begin():
        rows = [(one, old) for one, old in connection.execute(found.order_by(key).limit(BATCH))]
        wrong = [(one, old, new) for one, old in rows if (new := unmarked(old)) != old]
        for one, old, new in wrong:
            connection.execute(update(table).where(key == one, text == old).values({name: new}))
    if wrong:
        log.info("texts_refolded", table=table.name, rows=len(wrong))
    return rows
