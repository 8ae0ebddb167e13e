"""Two installations."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.exchange.cases import Office, office


@pytest.fixture
def north(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """On both databases."""
    made = office(database_url, tmp_path / "var")
    yield made
    made.db.close()
    made.database.close()


@pytest.fixture
def south(north: Office, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Office]:
    """On the other database than the first where there are two."""
    sqlite = north.settings.database_url.startswith("sqlite")
    servers = any(mark.name == "both" for mark in request.node.iter_markers())
    url = request.getfixturevalue("postgres_url") if sqlite and servers else f"sqlite:///{tmp_path / 'south.db'}"
    made = office(url, tmp_path / "south", "south")
    yield made
    made.db.close()
    made.database.close()
