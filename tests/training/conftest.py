"""The small data set, made and prepared once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.training import faces
from training.prepare import Prepared, load_prepared, prepare


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny networks gain nothing from more, and beside other work threads that wait for each other lose much."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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
