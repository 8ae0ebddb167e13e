"""A face matcher comes in by one command, checked by running it, and nothing else is taken for one."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.cli import main
from inference.errors import WeightsError
from inference.manifest import LOCAL_MANIFEST
from inference.matcher import Matcher
from inference.pipeline import Pipeline
from inference.weights import find, read_manifest
from tests.inference import folders
from tests.inference.recognisers import recogniser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folders.fill(tmp_path / "weights", restorer=False)


def bring(folder: Path, data: bytes, *options: str) -> int:
    source = folder.parent / "recogniser.onnx"
    source.write_bytes(data)
    return main(["weights", "import", "matcher", str(source), "--weights", str(folder), *options])


def face(seed: int) -> Image.Image:
    patches = np.random.default_rng(seed).integers(0, 255, (16, 16, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize((512, 512), Image.Resampling.BICUBIC)


def test_an_imported_matcher_is_listed_and_used(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Pipeline.load(folder, "cpu").matcher is None
    assert bring(folder, recogniser(), "--input", "imagenet") == 0
    assert "Restart the workers" in capsys.readouterr().err
    pipeline = Pipeline.load(folder, "cpu")
    assert pipeline.matcher is not None
    checkpoint, matcher = pipeline.matcher
    assert {"name": "matcher", "kind": "matcher", "sha256": checkpoint.sha256} in pipeline.describe()["weights"]
    assert checkpoint.architecture["numbers"] == 64
    assert matcher.cosine(face(1), face(1)) == pytest.approx(1, abs=1e-5)
    assert matcher.cosine(face(1), face(2)) < 0.9
    assert main(["weights", "verify", "--weights", str(folder)]) == 0


def test_a_second_one_takes_the_firsts_place(folder: Path) -> None:
    bring(folder, recogniser())
    first = find(read_manifest(folder), "matcher")
    bring(folder, recogniser(96))
    second = find(read_manifest(folder), "matcher")
    assert first is not None
    assert second is not None
    assert first.sha256 != second.sha256
    assert sum(one.kind == "matcher" for one in read_manifest(folder)) == 1


@pytest.mark.parametrize(
    "data, words",
    [
        (b"not a network", "not an ONNX network"),
        (recogniser(side=96), "3 x 112 x 112"),
        (recogniser(8), "8 numbers"),
        (recogniser(flat=True), "whatever the picture"),
    ],
    ids=["bytes", "another size", "too short", "the same for all"],
)
def test_what_is_no_matcher_is_refused_whole(
    folder: Path, data: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name for path in folder.iterdir()}
    assert bring(folder, data) == 1
    said = capsys.readouterr().err
    assert "recogniser.onnx was refused." in said
    assert words in said
    assert {path.name for path in folder.iterdir()} == before


def test_a_changed_file_is_not_used(folder: Path) -> None:
    bring(folder, recogniser())
    checkpoint = find(read_manifest(folder), "matcher")
    assert checkpoint is not None
    data = bytearray(checkpoint.path.read_bytes())
    data[len(data) // 2] ^= 1
    checkpoint.path.write_bytes(data)
    with pytest.raises(WeightsError, match="not the ones in the manifest"):
        Pipeline.load(folder, "cpu")


def test_a_missing_file_and_folder_are_one_sentence(folder: Path, tmp_path: Path) -> None:
    assert main(["weights", "import", "matcher", str(tmp_path / "gone.onnx"), "--weights", str(folder)]) == 1
    assert bring(tmp_path, recogniser()) == 1
    assert not (folder / LOCAL_MANIFEST).exists()


def test_channels_are_taken_in_the_order_that_was_said() -> None:
    """A red picture to a network that takes blue first is a blue one to a network that takes red first."""
    plain = {"mean": [0.0] * 3, "scale": [255.0] * 3}
    red, blue = (Image.new("RGB", (512, 512), colour) for colour in ((255, 0, 0), (0, 0, 255)))
    one, other = Matcher(recogniser(), plain | {"bgr": True}), Matcher(recogniser(), plain)
    assert one.embed(red) == pytest.approx(other.embed(blue), abs=1e-6)
    assert float(one.embed(red) @ other.embed(red)) < 0.9
