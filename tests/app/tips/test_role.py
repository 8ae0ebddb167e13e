"""On PostgreSQL the forms work as a role that can add tips, ask for one by its receipt, and nothing more."""

import datetime as dt
import io
import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import ProgrammingError

from app import tips
from app.database import Database, main, make_engine, transaction, upgrade
from app.tips import keys, opening
from models import Category, Notice, Publication, Role, Tip, TipFile, TipMessage, Unit, utc_now
from models.case import Case
from tests.app.conftest import settings_for
from tests.app.tips.conftest import Forms, receipt_of
from tests.people import add_person

pytestmark = pytest.mark.postgres

TRIES = [
    "SELECT * FROM tip",
    "SELECT id FROM tip",
    "SELECT count(*) FROM tip",
    "SELECT receipt FROM tip WHERE receipt = '1'",
    "UPDATE tip SET state = 'spam'",
    "DELETE FROM tip",
    "TRUNCATE tip CASCADE",
    "INSERT INTO tip (id, case_id) VALUES (gen_random_uuid(), gen_random_uuid())",
    "INSERT INTO tip_message (id, sealed_for_sender, by_id) VALUES (gen_random_uuid(), '', gen_random_uuid())",
    "SELECT sealed FROM tip_message",
    "DELETE FROM tip_message",
    "SELECT object_key FROM tip_file",
    "UPDATE tip_file SET scan = 'clean'",
    "SELECT secret_sealed FROM tip_key",
    "SELECT * FROM tip_key",
    "INSERT INTO tip_key (id, public, created_at) VALUES (gen_random_uuid(), '', now())",
    "SELECT * FROM case_file",
    "SELECT * FROM account",
    "SELECT * FROM notice",
    "SELECT * FROM custody_entry",
    "SELECT * FROM sketch",
    "SELECT notice_id FROM publication",
    "UPDATE publication SET ended_at = now()",
    "UPDATE setting_section SET values = '{}'",
    "CREATE TABLE shadow (id int)",
    "CREATE OR REPLACE FUNCTION tip_letters(wanted text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
]


@pytest.fixture
def role(postgres_url: str) -> Iterator[str]:
    """Its name; the upgrade makes it."""
    name = f"tips_{secrets.token_hex(4)}"
    yield name
    with make_engine(postgres_url).execution_options(isolation_level="AUTOCOMMIT").connect() as owner:
        owner.execute(text(f"DROP OWNED BY {name}"))
        owner.execute(text(f"DROP ROLE {name}"))


@pytest.fixture
def owner(postgres_url: str) -> Iterator[Database]:
    upgrade(postgres_url)
    opened = Database(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def forms(
    owner: Database, postgres_url: str, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Forms]:
    url = make_url(postgres_url).set(username=role, password="a-long-password").render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setenv("TIPS_DATABASE_URL", url)
    monkeypatch.setenv("SEMBLANCE_VAR", str(tmp_path / "var"))
    main(["upgrade"])
    # As deployed: the surface knows no other address and no secret of the staff's.
    settings = settings_for(tmp_path / "var", SURFACE="tips", TIPS_DATABASE_URL=url)
    made = Forms(tips.create_app(settings), settings)
    yield made
    made.desk.courier.stop()


def test_the_whole_surface_works_and_nothing_else_does(
    forms: Forms, owner: Database, postgres_url: str, tmp_path: Path
) -> None:
    staff = settings_for(tmp_path / "staff", DATABASE_URL=postgres_url)
    with owner.session() as db:
        keys.ensure(db, staff)
        account = add_person(db, "person@example.org", "Person 1", *Role)
        slug = _published(db, account.id)
    assert "A man in a red coat" in forms.get(f"/en/new?notice={slug}").text
    sent = forms.send(text="I saw her.", notice=slug, files=(io.BytesIO(b"x" * 70_000), "a.bin"))
    assert sent.status_code == 200
    assert forms.desk.spool.waiting() == []
    number, secret = receipt_of(sent.text)
    with owner.session() as db:
        opening.write_reply(db, db.scalars(select(Tip)).one(), account.id, "Where was it?")
    page = forms.post("/en/receipt", {"number": number, "secret": secret})
    assert "Where was it?" in page.text
    forms.clock.now += 5
    added = forms.post(
        page.text.split('action="')[1].split('"')[0], {"number": number, "secret": secret, "text": "There."}
    )
    assert added.status_code == 200
    assert forms.get("/readyz").json == {"status": "ok", "database": "ok", "storage": "ok", "carrier": "ok"}
    with owner.session() as db:
        messages = db.scalars(select(TipMessage).order_by(TipMessage.position)).all()
        assert [opening.open_message(db, staff, one).text for one in messages] == [
            "I saw her.",
            "Where was it?",
            "There.",
        ]
        assert len(db.scalars(select(TipFile)).all()) == 1
    database: Database = forms.app.extensions["semblance"].database
    for statement in TRIES:
        with database.engine.connect() as connection, pytest.raises(ProgrammingError, match=r"denied|must be owner"):
            connection.execute(text(statement))


def test_only_the_two_roles_may_ask_by_receipt(forms: Forms, owner: Database, postgres_url: str, role: str) -> None:
    other = f"other_{secrets.token_hex(4)}"
    with make_engine(postgres_url).execution_options(isolation_level="AUTOCOMMIT").connect() as admin:
        admin.execute(text(f"CREATE ROLE {other} LOGIN PASSWORD 'a-long-password'"))
        try:
            url = make_url(postgres_url).set(username=other, password="a-long-password")
            with make_engine(url.render_as_string(hide_password=False)).connect() as connection:
                for function in ("tip_of_receipt", "tip_letters"):
                    with pytest.raises(ProgrammingError, match="denied"):
                        connection.execute(text(f"SELECT * FROM {function}('1')"))
                    connection.rollback()
        finally:
            admin.execute(text(f"DROP ROLE {other}"))


def _published(db: object, account_id: uuid.UUID) -> str:
    from sqlalchemy.orm import Session

    assert isinstance(db, Session)
    now = utc_now()
    with transaction(db):
        unit = Unit(id=uuid.uuid4(), name="Investigations")
        db.add(unit)
        db.flush()
        case = Case(id=uuid.uuid4(), unit_id=unit.id, number="1", title="t", created_by=account_id, search_text="")
        db.add(case)
        db.flush()
        notice = Notice(case_id=case.id, slug="abc123", content={}, created_by=account_id)
        db.add(notice)
        db.flush()
        db.add(
            Publication(
                notice_id=notice.id, slug="abc123", version=1, languages=["en"], category=Category.SUSPECT,
                content={"words": {"en": {"headline": "A man in a red coat"}}}, published_at=now,
                expires_at=now + dt.timedelta(days=9),
            )
        )  # fmt: skip
    return "abc123"
