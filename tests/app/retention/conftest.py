"""An office on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.exchange.cases import Office, office


@pytest.fixture
def north(database_url: str, tmp_path: Path) -> Iterator[Office]:
    made = office(database_url, tmp_path / "var")
    yield made
    made.close()
