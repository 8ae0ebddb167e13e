"""An office on both databases, with a case that has likenesses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.exchange.cases import full_case, office
from tests.app.notices.desk import Desk


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    made = office(database_url, tmp_path / "var")
    yield Desk(made, full_case(made))
    made.close()
