"""However much there is to show, a page asks the database at most eight times."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from app.settings import Settings
from tests.app.web import Browser, services
from tests.filled import NO_PAGES, OUTSIDE, fill

MOST = 8
ASIDE = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")
"""Statements by which nothing is asked."""
NOW_AND_THEN = ("FROM setting_section", "FROM alembic_version", "FROM pg_catalog.pg_class")
"""What a process asks once in some seconds for all its pages, not for this one."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    environ = {"SEMBLANCE_VAR": str(tmp_path / "var")}
    if request.param == "postgresql":
        environ["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    return Settings.from_env(environ)


def test_every_page_asks_the_database_eight_times_at_most(app: Flask, stranger: Browser) -> None:
    world = fill(app)
    statements: list[str] = []
    event.listen(services(app).database.engine, "before_cursor_execute", lambda _c, _u, one, *_: statements.append(one))
    asked: dict[str, list[str]] = {}
    for browser, pages in ((world.owner, world.pages()), (stranger, world.pages(outside=True))):
        for page in pages:
            if page.startswith("/inbox/"):
                browser.get(page)  # opening it is an entry of custody, once in a quarter of an hour
            statements.clear()
            answer = browser.get(page)
            assert (answer.status_code, answer.mimetype) in ((200, "text/html"), (410, "text/html")), page
            asked[page] = [one for one in statements if counts(one)]
    assert len(asked) > 40
    assert max(map(len, asked.values())) > 1
    many = {page: found for page, found in asked.items() if len(found) > MOST}
    told = (f"{page}: {len(found)}\n" + "\n".join(map(brief, found)) for page, found in many.items())
    assert many == {}, "\n\n".join(told)


def counts(statement: str) -> bool:
    return not statement.startswith(ASIDE) and not any(one in " ".join(statement.split()) for one in NOW_AND_THEN)


def brief(statement: str) -> str:
    """Without the columns, which are many."""
    return " ".join(statement[:40].split()) + " ... " + " ".join(statement.partition("FROM")[2].split())[:200]


@pytest.mark.parametrize("named", [NO_PAGES, OUTSIDE])
def test_what_is_no_page_is_still_an_address(app: Flask, named: set[str]) -> None:
    assert set(named) - {rule.rule for rule in app.url_map.iter_rules()} == set()
