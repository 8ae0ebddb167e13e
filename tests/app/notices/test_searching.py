"""Notices are found by their words, by the staff and by the public, and on both databases an index finds them."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, insert, text, update
from sqlalchemy.orm import Session

from app import refolding, trigrams
from app.database import transaction
from app.notices import listing, service
from app.notices.content import Content
from app.public import current
from app.public.filters import Filter
from models import Category, Notice, NoticeStage, Publication, utc_now
from tests.app.notices.desk import Desk

MANY = 20_000
RARE = "quicksilver"
"""In one notice of so many; every other word is in thousands."""


def found_by_staff(desk: Desk, words: str) -> list[str]:
    desk.db.rollback()
    rows = listing.list_notices(desk.db, desk.office.investigator, text=words).items
    return [row.notice.slug for row in rows]


def found_by_public(desk: Desk, words: str = "", **narrowed: str) -> list[str]:
    desk.db.rollback()
    ids = current.page(desk.db, Filter.read({"q": words, **narrowed}), None, 50).items
    return [desk.db.get_one(Publication, one).slug for one in ids]


def test_the_staff_finds_drafts_and_the_public_what_is_published(desk: Desk) -> None:
    public, _row = desk.published()
    draft = desk.draft()
    for words in ("kiosk pier", "KIÓSK", "iosk", "ท่าเรือ", "ร้านค้า call"):
        assert set(found_by_staff(desk, words)) == {public.slug, draft.slug}, words
        assert found_by_public(desk, words) == [public.slug], words
    for words in ("kiosk harvest", "100%", "ท่อง"):
        assert found_by_staff(desk, words) == found_by_public(desk, words) == []
    assert found_by_public(desk, area="Harbour") == [public.slug]
    assert found_by_public(desk, area="kiosk") == []  # that is no part of the area


def test_what_is_changed_is_found_as_it_is_now(desk: Desk) -> None:
    notice = desk.draft()
    words = {"en": desk.content().words["en"].__class__(headline="A bicycle")}
    service.change(desk.db, desk.office.investigator, notice.id, 1, Content(category=Category.MISSING, words=words))
    assert (found_by_staff(desk, "kiosk"), found_by_staff(desk, "bicycle")) == ([], [notice.slug])
    with transaction(desk.db):
        desk.db.delete(desk.db.get_one(Notice, notice.id))
    assert found_by_staff(desk, "bicycle") == []


def test_what_earlier_code_wrote_is_found_once_it_was_filled(desk: Desk) -> None:
    notice, row = desk.published()
    with transaction(desk.db):
        desk.db.execute(update(Notice).values(search_text=""))
        desk.db.execute(update(Publication).where(Publication.id == row.id).values(search_text="josé at the pier"))
    assert found_by_staff(desk, "kiosk") == found_by_public(desk, "jose") == []
    refolding.refold(desk.office.database.engine)
    assert found_by_staff(desk, "kiosk") == found_by_public(desk, "jose") == [notice.slug]


@pytest.mark.slow
@pytest.mark.parametrize("find", [found_by_staff, found_by_public], ids=["staff", "public"])
def test_an_index_finds_one_of_twenty_thousand(desk: Desk, find: Callable[[Desk, str], list[str]]) -> None:
    """The very statement is explained that the page asks, with what it asks."""
    _fill(desk, MANY)
    with _statements(desk.db) as asked:
        assert len(find(desk, RARE)) == 1
    statement, values = next(one for one in asked if "search" in one[0])
    connection = desk.db.connection()
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        assert "VIRTUAL TABLE INDEX" in "\n".join(str(row[3]) for row in rows)
        return
    plan = "\n".join(str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN ANALYZE {statement}", values))
    table = "notice" if find is found_by_staff else "publication"
    assert f"Bitmap Index Scan on {trigrams.TABLES[table]}" in plan, plan


@contextmanager
def _statements(db: Session) -> Iterator[list[tuple[str, Any]]]:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    engine = db.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _fill(desk: Desk, count: int) -> None:
    """So many notices, each of them public, as long as notices are, of words that are in many; one has a rare one."""
    now, ids = utc_now(), [uuid.uuid4() for _ in range(count)]
    places = ("harbour", "market", "station", "temple", "school", "bridge", "ferry pier")
    notices, publications = [], []
    for number, one in enumerate(ids):
        told = f"on day {number % 365} {number % 91} people saw him between the {places[number % 7]} and the river. "
        said = f"who knows this man?\nseen at the {places[number % 7]}\n{told * 9}"
        said = f"{said}\n{RARE}" if number == count // 2 else said
        at, slug = now - dt.timedelta(minutes=number), f"s{number}"
        notices.append(
            {"id": one, "case_id": desk.case.id, "slug": slug, "content": {"words": {}}, "search_text": said,
             "stage": NoticeStage.APPROVED, "changed_at": at, "created_by": desk.office.investigator.id}
        )  # fmt: skip
        publications.append(
            {"id": uuid.uuid4(), "notice_id": one, "slug": slug, "version": 1, "content": {}, "languages": ["en"],
             "category": Category.SUSPECT, "search_text": said, "published_at": at,
             "expires_at": now + dt.timedelta(days=30)}
        )  # fmt: skip
    with transaction(desk.db):
        desk.db.execute(insert(Notice), notices)
        desk.db.execute(insert(Publication), publications)
    if desk.db.get_bind().dialect.name == "postgresql":
        desk.db.execute(text("ANALYZE notice, publication"))
        desk.db.commit()
