"""Checkpoints: nothing that is not in the manifest, byte for byte, is ever parsed."""

import hashlib
import os
import pickle
import re
import shutil
from pathlib import Path

import pytest
import torch

from inference.errors import WeightsError
from inference.manifest import LOCAL_MANIFEST, MANIFEST, add_entry, read_entries
from inference.networks.landmarknet import LandmarkNet
from inference.networks.unet import UNet256, UNetConfig
from inference.pipeline import Pipeline
from inference.weights import SHIPPED, Checkpoint, find, read_manifest
from tests.inference import folders

SECTIONS = (
    "Network", "Made by", "Hours and machine", "Data", "Terms", "Figures", "Fairness", "Limits", "Not for"
)  # fmt: skip
SETS = (
    "FS2K", "CUHK students", "generated portraits", "CelebAMask-HQ", "webmorph", "faker", "SCUT-FBP5500", "MEBeauty"
)  # fmt: skip


@pytest.fixture
def folder(tiny_weights: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(tiny_weights, tmp_path / "weights"))


def entry(path: Path, **other: object) -> Checkpoint:
    values = {"kind": "pix2pix", "architecture": {}, "origin": "", "data": "", "terms": ""}
    return Checkpoint(name="it", path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), **values | other)  # type: ignore[arg-type]


def card(name: str) -> dict[str, str]:
    """The sections of a shipped checkpoint's card: `- **Section**, or more: text`, up to the next."""
    parts = re.split(r"^- \*\*(.+?)\*\*", (SHIPPED / f"{name}.md").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (text.strip(" :,\n") for text in parts[2::2]), strict=True))


class Canary:
    """Unpickling this creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def test_the_shipped_weights_are_the_manifests_and_few_bytes() -> None:
    checkpoints = read_manifest()
    for checkpoint in checkpoints:
        checkpoint.verify()
        assert checkpoint.origin
        assert checkpoint.data
        assert checkpoint.terms
        assert checkpoint.demonstration
        assert (SHIPPED / f"{checkpoint.name}.md").exists()
    assert {"pix2pix", "landmarks"} <= {checkpoint.kind for checkpoint in checkpoints}
    assert sum(checkpoint.path.stat().st_size for checkpoint in checkpoints) <= 45e6


@pytest.mark.parametrize("name", [checkpoint.name for checkpoint in read_manifest()])
def test_a_card_says_what_whoever_uses_the_weights_must_know(name: str) -> None:
    said = card(name)
    assert {section: said.get(section, "") for section in SECTIONS if len(said.get(section, "")) < 10} == {}
    data = next(checkpoint.data for checkpoint in read_manifest() if checkpoint.name == name)
    assert {known for known in SETS if known in data} == {known for known in SETS if known in said["Data"]}


def test_every_checkpoint_is_loaded_as_float32_from_half_on_disk(folder: Path) -> None:
    for checkpoint in read_manifest(folder):
        assert {tensor.dtype for tensor in checkpoint.load().values()} <= {torch.float32}
    generator = find(read_manifest(folder), "pix2pix")
    assert generator is not None
    expected = folders.tiny_generator().state_dict()
    loaded = generator.load()
    assert set(loaded) == set(expected)
    assert all(torch.equal(loaded[name], tensor.half().float()) for name, tensor in expected.items())


def test_a_wrong_hash_is_refused_before_a_byte_is_parsed(folder: Path, tmp_path: Path) -> None:
    victim = next(c for c in read_manifest(folder) if c.kind == "pix2pix")
    victim.path.write_bytes(pickle.dumps(Canary(tmp_path / "canary")))  # no safetensors at all
    for attempt in (victim.load, victim.verify, lambda: Pipeline.load(folder, "cpu")):
        with pytest.raises(WeightsError, match="not the ones in the manifest") as caught:
            attempt()
        assert victim.sha256[:12] in str(caught.value)
        assert "not used" in str(caught.value)
    assert not (tmp_path / "canary").exists()


def test_one_changed_bit_is_enough(folder: Path) -> None:
    victim = next(c for c in read_manifest(folder) if c.kind == "landmarks")
    data = bytearray(victim.path.read_bytes())
    data[-1] ^= 1
    victim.path.write_bytes(data)
    with pytest.raises(WeightsError, match="tiny-landmarks"):
        Pipeline.load(folder, "cpu")


def test_a_right_hash_over_something_else_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(pickle.dumps(Canary(tmp_path / "canary")))
    with pytest.raises(WeightsError, match="not safetensors"):
        entry(path).load()
    assert not (tmp_path / "canary").exists()


def test_a_missing_file_is_said_with_its_place(folder: Path) -> None:
    victim = next(c for c in read_manifest(folder) if c.kind == "pix2pix")
    victim.path.unlink()
    with pytest.raises(WeightsError, match="cannot be read") as caught:
        Pipeline.load(folder, "cpu")
    assert str(victim.path) in str(caught.value)
    assert "Restore the file" in str(caught.value)


@pytest.mark.parametrize("architecture", [{"width": 8}, {"width": 4, "colour": "red"}])
def test_weights_of_another_architecture_are_refused(architecture: dict[str, object], folder: Path) -> None:
    data = folders.tiny_generator()
    folders.put(folder, "tiny-pix2pix", "pix2pix", data, architecture)
    with pytest.raises(WeightsError, match="tiny-pix2pix are of another architecture"):
        Pipeline.load(folder, "cpu")


def test_a_folder_without_a_manifest_or_an_engine_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no manifest\.toml"):
        Pipeline.load(tmp_path, "cpu")
    folders.put(tmp_path, "only-landmarks", "landmarks", folders.tiny_finder(), folders.FINDER)
    with pytest.raises(WeightsError, match="no engine"):
        Pipeline.load(tmp_path, "cpu")


@pytest.mark.parametrize(
    "text", ["this is = = no toml", 'x = "y"', "[x]\nfile = 'x.safetensors'", "[x]\nkind = 'pix2pix'", "\x00"]
)
def test_a_damaged_manifest_is_said(text: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(WeightsError, match="manifest"):
        read_manifest(tmp_path)


def test_an_imported_checkpoint_goes_before_a_shipped_one(folder: Path) -> None:
    shipped = find(read_manifest(folder), "restorer")
    assert shipped is not None
    add_entry(folder / LOCAL_MANIFEST, "mine", {"file": shipped.path.name, **_rest(shipped), "default_strength": 0.5})
    found = find(read_manifest(folder), "restorer")
    assert found is not None
    assert (found.name, found.default_strength) == ("mine", 0.5)
    assert find(read_manifest(folder), "oil-paint") is None


def _rest(checkpoint: Checkpoint) -> dict[str, object]:
    names = ("kind", "sha256", "architecture", "origin", "data", "terms")
    return {name: getattr(checkpoint, name) for name in names}


def test_an_entry_comes_back_as_it_was_written_and_others_stay(tmp_path: Path) -> None:
    manifest = tmp_path / MANIFEST
    first = {
        "file": "a.safetensors", "terms": 'with "quotes", a \\ and ünïcode\nin two lines', "demonstration": True,
        "default_strength": 0.25, "figures": {"fs2k": {"cosine": 0.28}, "faces": [1, 2]}, "architecture": {},
    }  # fmt: skip
    add_entry(manifest, "first, with a comma", first)
    add_entry(manifest, "second", {"file": "b.safetensors"})
    add_entry(manifest, "second", {"file": "c.safetensors", "architecture": {"odd key": 1}})
    assert read_entries(manifest) == {
        "first, with a comma": first,
        "second": {"file": "c.safetensors", "architecture": {"odd key": 1}},
    }


def test_of_a_kind_the_last_entry_is_in_use_whatever_the_names(folder: Path) -> None:
    for name in ("zebra", "alpha", "tiny-pix2pix"):
        folders.put(folder, name, "pix2pix", folders.tiny_generator(), folders.GENERATOR)
        found = find(read_manifest(folder), "pix2pix")
        assert found is not None
        assert found.name == name
    assert list(read_entries(folder / MANIFEST))[-3:] == ["zebra", "alpha", "tiny-pix2pix"]


def test_a_checkpoint_builds_its_network_in_evaluation(folder: Path) -> None:
    by_kind = {checkpoint.kind: checkpoint for checkpoint in read_manifest(folder)}
    generator = by_kind["pix2pix"].build(lambda architecture: UNet256(UNetConfig(**architecture)))
    assert not generator.training
    finder = by_kind["landmarks"].build(lambda architecture: LandmarkNet(**architecture))
    assert finder.face.bias.tolist() == [-20.0]
