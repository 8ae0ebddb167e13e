"""Searching cases finds the same on both databases: this corpus, and these answers."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app import refolding, trigrams
from app.cases import listing, service
from app.cases.filters import Filter
from app.cases.forms import CaseFacts
from app.database import Database, transaction, upgrade
from app.identity import accounts, units
from models import Case, Unit, fold
from tests.cases.conftest import Opened
from tests.people import Member, add_person

CORPUS = {
    "harbour": CaseFacts("Robbery at the Harbour", "Two men, one 100% sure: O'Neill", None, "Gate 3", ("night",)),
    "market": CaseFacts("Market_hall burglary", 'She said "never again"', None, "Marktstraße 5", ("Night", "kiosk")),
    "thai": CaseFacts("ปล้นร้านทองที่ถนนสุขุมวิท", "พยานเห็นคนร้ายสองคน", None, "กรุงเทพมหานคร", ("ปล้น",)),
    "accents": CaseFacts("Étude in NOIR", "Cafe\u0301 Müller, İstanbul", None, "Île", ()),
    "signs": CaseFacts("a*b OR c AND NOT d", "back\\slash / (near) ^x {y}: --", None, "", ()),
    "wide": CaseFacts("\uff37\uff49\uff44\uff45 letters", "ﬁnding ligatures", None, "", ()),
}
QUERIES = {
    "": set(CORPUS),
    "harbour": {"harbour"},
    "HARBOUR robbery": {"harbour"},
    "arbou": {"harbour"},
    "harbour market": set(),
    "night": {"harbour", "market"},
    "o'neill": {"harbour"},
    "100%": {"harbour"},
    "0%": {"harbour"},
    "%": {"harbour"},
    "_": {"market"},
    "t_hall": {"market"},
    "tXhall": set(),
    '"never again"': {"market"},
    '"never': {"market"},
    '""': set(),
    "strasse": {"market"},
    "STRASSE 5": {"market"},
    "straße": {"market"},
    "ปล้น": {"thai"},
    "สุขุมวิท": {"thai"},
    "ทอง": {"thai"},
    "คน ร้าย": {"thai"},
    "ที่": {"thai"},
    "ท": {"thai"},
    "ท่อง": set(),
    "ทองู": set(),
    "étude": {"accents"},
    "E\u0301TUDE": {"accents"},
    "etude": {"accents"},
    "cafe muller": {"accents"},
    "Ile": {"accents"},
    "hárbour": {"harbour"},
    "istanbul": {"accents"},
    "café müller": {"accents"},
    "i\u0307stanbul": {"accents"},
    "île": {"accents"},
    "a*b": {"signs"},
    "or": {"signs"},
    "OR c AND": {"signs"},
    "not d": {"signs"},
    "back\\slash": {"signs"},
    "\\": {"signs"},
    "/": {"signs"},
    "near (near)": {"signs"},
    "near/3": set(),
    "^x": {"signs"},
    "{y}:": {"signs"},
    "--": {"signs"},
    "wide": {"wide"},
    "\uff57\uff49\uff44\uff45": {"wide"},
    "finding": {"wide"},
    "*": {"signs"},
    "zz": set(),
    "night kiosk": {"market"},
    "a b": {"accents", "harbour", "market", "signs"},
}


Finder = Callable[[str], set[str]]


@pytest.fixture
def finder(db: Session, unit: Unit, member: Member) -> Finder:
    account = member(unit)
    made = {service.create(db, account, facts).id: name for name, facts in CORPUS.items()}

    def find(query: str) -> set[str]:
        db.rollback()
        return {made[row.case.id] for row in listing.list_cases(db, account, Filter(query)).items}

    return find


def test_every_query_finds_the_same(finder: Finder) -> None:
    found = {query: finder(query) for query in QUERIES}
    assert {query: names for query, names in found.items() if names != QUERIES[query]} == {}


def test_what_is_changed_is_found_as_it_is_now(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    account = member(unit)
    case, other = opened(account, "Harbour"), opened(account, "Market")

    def found(query: str) -> list[str]:
        db.rollback()
        return [row.case.title for row in listing.list_cases(db, account, Filter(query)).items]

    service.edit(db, account, case.id, CaseFacts("Station", tags=("kiosk",)), 1)
    assert (found("harbour"), found("station"), found("kiosk")) == ([], ["Station"], ["Station"])
    assert found(case.number) == ["Station"]
    with transaction(db):
        db.delete(db.get_one(Case, other.id))
    assert found("market") == []


def test_what_earlier_code_wrote_is_found_without_marks_once_refolded(
    database: Database, db: Session, unit: Unit, member: Member, opened: Opened
) -> None:
    account = member(unit)
    opened(account, "Harbour")
    old = opened(account, "José Müller at the river")
    with transaction(db):
        db.get_one(Case, old.id).search_text = fold(old.search_text.replace("jose muller", "José Müller"))

    def found(query: str) -> list[str]:
        db.rollback()
        return [row.case.title for row in listing.list_cases(db, account, Filter(query)).items]

    assert (found("josé"), found("jose")) == ([old.title], [])
    refolding.refold(database.engine)
    assert (found("josé"), found("jose"), found("MULLER river")) == ([old.title],) * 3


def test_the_index_is_there_and_is_asked(database: Database, db: Session, unit: Unit, member: Member) -> None:
    """A later migration that copies SQLite's table would lose the triggers."""
    account = member(unit)
    by = Filter("harbour")
    query = listing.newest_seen(account, by, by.conditions(db), None, 10)
    compiled = query.compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            unlimited = str(compiled).replace("LIMIT ?", "LIMIT -1")
            plan = "\n".join(str(row[3]) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {unlimited}")))
            assert "SCAN case_search VIRTUAL TABLE" in plan
            return
        connection.execute(text("SET enable_seqscan = off; SET enable_indexscan = off"))
        plan = "\n".join(str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {compiled}"))
        assert "ix_case_file_search_text" in plan


@pytest.mark.postgres
def test_without_the_extension_everything_is_found_and_the_log_says_why(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trigrams, "EXTENSION", text("CREATE EXTENSION no_such_extension"))
    with capture_logs() as logged:
        upgrade(postgres_url)
    assert "search_without_index" in [line["event"] for line in logged]
    database = Database(postgres_url)
    with database.session() as db:
        account = add_person(db, "person@example.org", "Person")
        unit = units.add_unit(db, "Investigations")
        with transaction(db):
            accounts.locked(db, account.id).units = units.kept(db, [unit.id])
        service.create(db, account, CORPUS["thai"])
        assert db.scalar(text(f"SELECT to_regclass('{trigrams.INDEX}')")) is None
        assert len(listing.list_cases(db, account, Filter("สุขุมวิท")).items) == 1
        monkeypatch.undo()
        db.rollback()
        upgrade(postgres_url)  # the extension has been installed meanwhile
        assert db.scalar(text(f"SELECT to_regclass('{trigrams.INDEX}')")) is not None
    database.close()
