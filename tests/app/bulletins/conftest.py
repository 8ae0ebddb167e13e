"""One installation with a case."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models import Case
from tests.app.exchange.cases import Office, office, open_case


@pytest.fixture
def north(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """On both databases."""
    made = office(database_url, tmp_path / "var")
    yield made
    made.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    """On SQLite alone: nothing that is looked at depends on the database."""
    made = office(f"sqlite:///{tmp_path / 'records.db'}", tmp_path / "var")
    yield made
    made.close()


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    place = "north" if "north" in request.fixturenames else "here"
    return open_case(request.getfixturevalue(place))
