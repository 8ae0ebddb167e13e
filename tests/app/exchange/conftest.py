"""Two installations."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.exchange.cases import Office, full_case, office


@pytest.fixture
def north(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """On both databases."""
    made = office(database_url, tmp_path / "var")
    yield made
    made.close()


@pytest.fixture
def south(tmp_path: Path) -> Iterator[Office]:
    """On SQLite, whatever the first is on."""
    made = office(f"sqlite:///{tmp_path / 'south.db'}", tmp_path / "south", "south")
    yield made
    made.close()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The ZIP of a full case, made once."""
    folder = tmp_path_factory.mktemp("exported")
    made = office(f"sqlite:///{folder / 'records.db'}", folder / "var", "first")
    archive = made.export(full_case(made))
    made.close()
    return archive
