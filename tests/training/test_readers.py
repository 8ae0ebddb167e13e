"""Recognisers that learn to read drawings: nobody reads whom it learned, and who may learn from what was read."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.training.recipes import tiny, written
from training.__main__ import main
from training.batches import Mix, PairBatch, SketchPairs
from training.build import build
from training.data import Prepared, load_prepared
from training.data.manifest import NAME as MANIFEST
from training.engine import diary
from training.engine.folder import average_of
from training.engine.ranks import Ranks
from training.face_features import MobileFaceNet
from training.pix2pix import Pix2PixConfig, Pix2PixModel
from training.readers.folds import folds_of
from training.readers.read import drawings_of
from training.readers.readings import LIST, READINGS, load_readings
from training.readers.trainee import Readers, ReaderTrainee

CPU = torch.device("cpu")
READER = """
kind = "reader"
seed = 1
batch = 4
folds = 2
real_share = 1.0
[optimizer]
learning_rate = 1e-3
decay = 0.05
[schedule]
steps = 2
log_every = 1
save_every = 1
"""


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("nets") / "face-features.ckpt"
    torch.save({"net_state_dict": MobileFaceNet().state_dict()}, path)
    return path


@pytest.fixture
def own_cache(cache: Path, tmp_path: Path) -> Path:
    """A copy to read into."""
    return Path(shutil.copytree(cache, tmp_path / "cache"))


@pytest.fixture
def command(data: Path, own_cache: Path, recogniser: Path) -> list[str]:
    return ["--data", str(data), "--cache", str(own_cache), "--nets", str(recogniser.parent), "--threads", "1"]


def train_readers(command: list[str], folder: Path, top: str = "") -> Path:
    (folder / "reader.toml").write_text(top + READER)
    run = folder / "reader"
    assert main([*command, "train", str(folder / "reader.toml"), "--run", str(run), "--device", "cpu"]) == 0
    return run


def batch_of(prepared: Prepared, fold: int) -> tuple[PairBatch, torch.Tensor]:
    """Four real pairs, all of people of one fold, and the folds of all faces."""
    folds = torch.full((len(prepared.faces),), 1 - fold)
    batch = SketchPairs(prepared, "train", 4, Mix(1.0, 0.0), seed=1).batch(0)
    assert batch.rows is not None
    folds[batch.rows] = fold
    return batch, folds


def test_a_person_is_in_one_fold_under_every_face(prepared: Prepared) -> None:
    folds = folds_of(prepared, 3)
    assert folds.min() >= 0
    assert folds.max() < 3
    of_person: dict[str, set[int]] = {}
    for face, fold in zip(prepared.faces, folds.tolist(), strict=True):
        of_person.setdefault(face.person, set()).add(fold)
    assert all(len(own) == 1 for own in of_person.values())
    assert torch.equal(folds_of(replace(prepared, faces=prepared.faces[5:]), 3), folds[5:])


def test_a_reader_learns_nothing_of_its_own_fold(prepared: Prepared, recogniser: Path) -> None:
    batch, folds = batch_of(prepared, fold=1)
    model = ReaderTrainee(recogniser, folds, 1e-3, decay=0.0, precision="fp32", device=CPU)
    before = [{name: value.clone() for name, value in net.named_parameters()} for net in model.readers.nets]
    model.step(batch, 0)
    other, own = (
        any(not torch.equal(value, old[name]) for name, value in net.named_parameters())
        for net, old in zip(model.readers.nets, before, strict=True)
    )
    assert other
    assert not own


def test_readers_learn_to_read(prepared: Prepared, recogniser: Path) -> None:
    batch, folds = batch_of(prepared, fold=1)
    model = ReaderTrainee(recogniser, folds, 2e-3, decay=0.0, precision="fp32", device=CPU)
    known = [float(model.step(batch, step)["known"]) for step in range(12)]
    assert np.mean(known[-3:]) > np.mean(known[:3]) + 0.05


def test_one_fold_would_leave_nobody(prepared: Prepared, recogniser: Path) -> None:
    with pytest.raises(ValueError, match="at least 2"):
        ReaderTrainee(recogniser, folds_of(prepared, 1), 1e-3, 0.0, "fp32", CPU)


def test_every_training_drawing_is_read_by_who_never_saw_the_person(
    command: list[str], own_cache: Path, data: Path, recogniser: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    run = train_readers(command, tmp_path)
    assert main([*command, "read", "--run", str(run), "--device", "cpu"]) == 0
    said = capsys.readouterr().out
    prepared, readings = load_prepared(data, own_cache), np.load(own_cache / READINGS)
    rows = prepared.rows("train", with_sketch=True)
    assert sorted(np.flatnonzero(np.isfinite(readings).all(1))) == sorted(rows)
    readers = Readers(recogniser, 2)
    readers.load_state_dict(average_of(run))
    readers.eval()
    folds = folds_of(prepared, 2)
    assert set(folds[rows].tolist()) == {0, 1}
    drawings = drawings_of(prepared, rows)
    for row, drawing in zip(rows, drawings, strict=True):
        own, other = (readers.nets[fold] for fold in (int(folds[row]), 1 - int(folds[row])))
        both = torch.stack([drawing, drawing.flip(2)])
        for net, alike in ((own, True), (other, False)):
            with torch.no_grad():
                read = F.normalize(net(both)[1].sum(0), dim=0).numpy()
            assert np.allclose(read, readings[row], atol=1e-4) == alike
    about = json.loads((own_cache / LIST).read_text())
    assert f"train {about['cosine']['train']:.3f}" in said
    assert about["saw"]["drawings"] == ["fs2k"]


def test_a_generator_learns_from_readings_and_knows_what_the_readers_know(
    command: list[str], own_cache: Path, tmp_path: Path
) -> None:
    run = train_readers(command, tmp_path)
    assert main([*command, "read", "--run", str(run), "--device", "cpu"]) == 0
    recipe = written(tmp_path / "own.toml", ("l1 = 30.0", "l1 = 30.0\nidentity = 1.0"), top="read_share = 0.5\n")
    recipe.write_text(recipe.read_text().replace("real_share = 0.5", "real_share = 0.0"))
    assert main([*command, "train", str(recipe), "--run", str(tmp_path / "own"), "--device", "cpu"]) == 0
    assert diary.read(tmp_path / "own")["saw"]["drawings"] == ["fs2k"]


def test_a_face_becomes_whom_was_read_in_an_artists_drawing_and_of_others_the_photo(
    prepared: Prepared, recogniser: Path
) -> None:
    pairs = SketchPairs(prepared, "train", 8, Mix(0.5, 0.0), seed=2).batch(0)
    assert pairs.rows is not None
    assert pairs.traced is not None
    assert set(pairs.traced.tolist()) == {True, False}
    readings = F.normalize(torch.randn(len(prepared.faces), 128), dim=1)
    unread = int(pairs.rows[~pairs.traced][0])
    readings[unread] = torch.nan
    config = Pix2PixConfig(read_share=0.75, weights={"identity": 1.0})
    model = Pix2PixModel(config, recogniser, CPU, readings=readings)
    model.set_input(pairs)
    photographed = F.normalize(torch.randn(8, 128), dim=1)
    goal = model._person(photographed)
    for k, (row, traced) in enumerate(zip(pairs.rows.tolist(), pairs.traced.tolist(), strict=True)):
        read = 0.0 if traced or row == unread else 0.75
        wanted = photographed[k] if read == 0 else 0.25 * photographed[k] + read * readings[row]
        assert torch.allclose(goal[k], wanted, atol=1e-6)


def test_readings_are_of_the_loss_identity_and_must_be_there(prepared: Prepared, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="read_share is of the loss identity"):
        Pix2PixConfig(read_share=0.5, weights={"l1": 1.0})
    recipe = tiny(tmp_path / "own.toml", ("l1 = 30.0", "l1 = 30.0\nidentity = 1.0"), top="read_share = 0.5\n")
    (tmp_path / "any.ckpt").touch()
    with pytest.raises(ValueError, match="and there is nothing"):
        build(recipe, prepared, tmp_path / "any.ckpt", Ranks(CPU))


def test_who_may_learn_from_readings(
    command: list[str], own_cache: Path, recogniser: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fits = tiny(tmp_path / "fits.toml", top="read_share = 0.5\n")
    with pytest.raises(FileNotFoundError, match="train reader`, then `python -m training read`"):
        load_readings(own_cache, fits, recogniser)
    assert load_readings(own_cache, tiny(tmp_path / "none.toml"), recogniser) is None
    run = train_readers(command, tmp_path)
    assert main([*command, "read", "--run", str(run), "--device", "cpu"]) == 0
    assert load_readings(own_cache, fits, recogniser) is not None
    another = tmp_path / "another.ckpt"
    another.write_bytes(b"another")
    with pytest.raises(ValueError, match="for another recogniser"):
        load_readings(own_cache, fits, another)
    with pytest.raises(ValueError, match=r"leaves out fs2k, and the reader .* learned"):
        load_readings(
            own_cache, tiny(tmp_path / "less.toml", top='read_share = 0.5\nleave_out = ["fs2k"]\n'), recogniser
        )
    (own_cache / MANIFEST).write_text("".join((own_cache / MANIFEST).read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(ValueError, match=r"of other faces than are prepared now.*training read"):
        load_readings(own_cache, fits, recogniser)


def test_only_readers_read_and_none_is_shipped(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "read", "--run", str(tmp_path / "nobody")]) == 2
    assert "is no run of readers" in capsys.readouterr().err
    run = train_readers(command, tmp_path)
    shipped = ["ship", str(tmp_path / "reader.toml"), "--run", str(run), "--weights", str(tmp_path / "weights")]
    assert main(shipped) == 2
    assert "A run of kind reader is for training others" in capsys.readouterr().err
    assert not (tmp_path / "weights").exists()
