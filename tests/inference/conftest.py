"""Weights and pipelines, made once."""

from pathlib import Path

import pytest

from inference.pipeline import Pipeline
from tests.inference import folders
from tests.torch_threads import one_thread  # noqa: F401 - a fixture


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder of tiny random networks. Copy it before changing anything in it."""
    return folders.fill(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="session")
def tiny(tiny_weights: Path) -> Pipeline:
    return Pipeline.load(tiny_weights, "cpu")


@pytest.fixture(scope="session")
def shipped() -> Pipeline:
    """The pipeline with the weights of the repository."""
    return Pipeline.load(device="cpu")


@pytest.fixture(scope="session")
def coloured_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny weights that know the colours of skin, hair and irises."""
    return folders.fill(tmp_path_factory.mktemp("coloured"), restorer=False, coloured=True)


@pytest.fixture(scope="session")
def coloured(coloured_weights: Path) -> Pipeline:
    return Pipeline.load(coloured_weights, "cpu")
