"""On PostgreSQL the public pages work as a role that reads what is published and nothing else, and writes nothing."""

import io
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import ProgrammingError

from app import public
from app.agency import settings as agency_settings
from app.database import Database, main, make_engine, transaction
from app.settings import Settings
from app.storage import LocalStore
from models import FileUse, SettingSection
from tests.app.conftest import settings_for
from tests.public.conftest import ADDRESS, Reader
from tests.published import Press, files

pytestmark = pytest.mark.postgres
TOKEN = "a-token-for-the-scraper"
READ = {"alembic_version", "ended_slug", "publication", "publication_file", "setting_section"}
PATHS = (
    "/en/",
    "/en/?q=pier&area=bang&category=suspect&from=2026-01-01&to=2026-12-31",
    "/th/notices/harbour",
    "/en/notices/harbour/print",
    "/pictures/harbour/2/1/en/view-240.webp",
    "/notices.json",
    "/notices/harbour.json",
    "/notices/harbour/misp.json",
    "/en/feed.atom",
    "/sitemap.xml",
    "/robots.txt",
    "/en/about",
    "/en/verify",
    "/livez",
    "/readyz",
    "/version",
)


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


@pytest.fixture
def role(postgres_url: str) -> Iterator[str]:
    name = f"public_{secrets.token_hex(4)}"
    with make_engine(postgres_url).execution_options(isolation_level="AUTOCOMMIT").connect() as owner:
        owner.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD 'a-long-password'"))
        yield name
        owner.execute(text(f"DROP OWNED BY {name}"))
        owner.execute(text(f"DROP ROLE {name}"))


@pytest.fixture
def restricted(
    database: Database, postgres_url: str, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """As a process of its own gets them: it is not told the application's address of the records."""
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setenv("SEMBLANCE_VAR", str(tmp_path / "var"))
    main(["grants", role, "--surface", "public"])
    url = make_url(postgres_url).set(username=role, password="a-long-password")
    return settings_for(
        tmp_path / "var",
        SURFACE="public",
        PUBLIC_DATABASE_URL=url.render_as_string(hide_password=False),
        NOTICES_URL=ADDRESS,
        METRICS_TOKEN=TOKEN,
    )


def test_the_whole_surface_works(restricted: Settings, press: Press) -> None:
    press.publish("harbour")
    press.correct("harbour")
    press.publish("pier")
    press.end("pier")
    with transaction(press.db):
        press.db.add(SettingSection(name="agency", values={"name": "Harbour Police"}, revision=1))
    agency_settings._known.clear()
    reader = Reader(public.create_app(restricted))
    for path in PATHS:
        assert reader.get(path).status_code == 200, path
    assert reader.get("/en/notices/pier").status_code == 410
    assert reader.get("/en/notices/nothing").status_code == 404
    assert "Harbour Police" in reader.get("/en/").text
    picture = next(data for use, *_, data in files(1) if use == FileUse.SIGNED)
    for form in ({"address": "/en/notices/harbour"}, {"picture": (io.BytesIO(picture), "face.png")}):
        answer = reader.client.post("/en/verify", base_url=ADDRESS, data=form, content_type="multipart/form-data")
        assert (answer.status_code, 'class="verdict verdict-' in answer.text) == (200, True)
    assert reader.get("/readyz").json == {"status": "ok", "database": "ok", "storage": "ok"}
    figures = reader.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert "semblance_database_up 1.0" in figures
    assert "semblance_jobs" not in figures


def test_nothing_else_is_within_its_reach(restricted: Settings, press: Press) -> None:
    press.publish("harbour")
    database = Database(str(restricted.public_database_url))
    for table in inspect(press.db.connection()).get_table_names("public"):
        statements = [f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES", f"TRUNCATE {table} CASCADE"]
        if table not in READ:
            statements.append(f"SELECT 1 FROM {table}")
        for statement in statements:
            with database.engine.connect() as connection, pytest.raises(ProgrammingError, match="denied"):
                connection.execute(text(statement))
    for statement in (
        "SELECT * FROM notice",
        "SELECT * FROM case_file",
        "SELECT * FROM sketch",
        "SELECT changed_by FROM setting_section",
        "UPDATE publication SET ended_at = NULL",
        "CREATE TABLE public.mine (id int)",
    ):
        with database.engine.connect() as connection, pytest.raises(ProgrammingError, match="denied"):
            connection.execute(text(statement))
    database.close()


def test_readiness_says_when_the_storage_cannot_be_read(restricted: Settings, press: Press, store: LocalStore) -> None:
    reader = Reader(public.create_app(restricted))
    store.root.rmdir()
    answer = reader.get("/readyz")
    assert (answer.status_code, answer.json) == (
        503,
        {"status": "not ready", "database": "ok", "storage": "not usable"},
    )
