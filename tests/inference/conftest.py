"""Weights and pipelines, made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from inference.pipeline import Pipeline
from tests.inference import folders


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny networks gain nothing from more, and beside other work threads that wait for each other lose much."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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
