"""Small nets of the real kinds, and a drawn data set, made once."""

import warnings
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.inference import folders
from tests.torch_threads import one_thread, threads_put_back  # noqa: F401 - fixtures
from tests.training.evaluation import labelled
from training.evaluation.bench import Bench, open_bench
from training.evaluation.rendering import load_renderer
from training.evaluation.runs import Model
from training.face_features import MobileFaceNet
from training.history import Seen
from training.selection import STYLES


@pytest.fixture(scope="session")
def nets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judge that sees coarse brightness, and an untrained recogniser; no detector."""
    folder = tmp_path_factory.mktemp("nets")
    torch.manual_seed(0)
    judge = nn.Sequential(nn.AvgPool2d(14), nn.Flatten(), nn.Linear(192, 128))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's deprecation of this exporter: its successor needs another package
        torch.onnx.export(judge, (torch.zeros(1, 3, 112, 112),), str(folder / "judge.onnx"), dynamo=False)
    torch.save({"net_state_dict": MobileFaceNet().state_dict()}, folder / "face-features.ckpt")
    return folder


@pytest.fixture(scope="session")
def labelled_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return labelled.write_set(tmp_path_factory.mktemp("labelled") / "data")


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.fill(tmp_path_factory.mktemp("weights"), restorer=False)


@pytest.fixture(scope="session")
def bench(labelled_data: Path, nets: Path, tiny_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    cache = tmp_path_factory.mktemp("no-cache")
    model = Model("tiny", Seen(drawings=frozenset(STYLES)))
    return open_bench(labelled_data, cache, nets, load_renderer(tiny_weights), model, "test", 0, subset=4)
