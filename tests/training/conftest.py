"""The small data set, made and prepared once."""

from pathlib import Path

import pytest

from tests.torch_threads import one_thread  # noqa: F401 - a fixture
from tests.training import faces
from training.data import Prepared, load_prepared
from training.data.prepare import prepare


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return faces.write_set(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def cache(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    prepare(data, folder, steps=2)
    return folder


@pytest.fixture(scope="session")
def prepared(data: Path, cache: Path) -> Prepared:
    return load_prepared(data, cache)
