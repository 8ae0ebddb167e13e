"""`python -m inference render`, as a person at a terminal uses it."""

import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference.cli import main
from tests.inference.drawings import drawn, saved

Said = pytest.CaptureFixture[str]


class Desk:
    """Runs the command on the tiny weights and keeps what it said."""

    def __init__(self, folder: Path, weights: Path, said: Said) -> None:
        self.folder, self.weights, self._said = folder, weights, said
        self.out = folder / "out"

    def render(self, *arguments: object, fast: bool = True) -> int:
        common = ["-o", self.out, "--weights", self.weights, "--device", "cpu", *(["--no-restore"] if fast else [])]
        code = main(["render", *map(str, common), *map(str, arguments)])
        self.stdout, self.stderr = self._said.readouterr()
        return code

    def sketch(self, name: str, seed: int = 1, size: int = 256) -> Path:
        return saved(self.folder / name, seed, size)

    @property
    def made(self) -> set[str]:
        return {path.name for path in self.out.iterdir()} if self.out.exists() else set()

    def provenance(self, name: str) -> dict[str, Any]:
        record: dict[str, Any] = json.loads((self.out / f"{name}.json").read_text())
        return record

    def png(self, name: str) -> Image.Image:
        return Image.open(io.BytesIO((self.out / f"{name}.png").read_bytes()))


@pytest.fixture
def desk(tmp_path: Path, tiny_weights: Path, capsys: Said) -> Desk:
    return Desk(tmp_path, tiny_weights, capsys)


def controls(desk: Desk, name: str = "face") -> dict[str, Any]:
    found: dict[str, Any] = desk.provenance(name)["controls"]
    return found


def test_files_of_every_type_and_a_folder_are_rendered(desk: Desk) -> None:
    one, two = desk.sketch("one.png", 1), desk.sketch("two.JPG", 2)
    desk.sketch("case/deeper/three.webp", 3)
    (desk.folder / "case" / "notes.txt").write_text("not a sketch")
    assert desk.render(one, two, desk.folder / "case") == 0
    assert desk.made == {f"{name}.{kind}" for name in ("one", "two", "three") for kind in ("png", "json")}
    assert desk.stdout.endswith("3 of 3 rendered.\n")
    for name, source in (("one", one), ("two", two), ("three", desk.folder / "case/deeper/three.webp")):
        record = desk.provenance(name)
        assert record["input"]["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
        assert record["output"]["sha256"] == hashlib.sha256((desk.out / f"{name}.png").read_bytes()).hexdigest()


def test_equal_stems_are_numbered_and_the_summary_says_so(desk: Desk) -> None:
    names = ["a/face.png", "b/face.jpg", "c/Face.webp", "d/face-2.png"]
    sketches = [desk.sketch(name, seed) for seed, name in enumerate(names, 1)]
    assert desk.render(*sketches) == 0
    stems = ["face", "face-3", "Face-4", "face-2"]
    assert desk.made == {f"{stem}.{kind}" for stem in stems for kind in ("png", "json")}
    digests = [desk.provenance(stem)["input"]["sha256"] for stem in stems]
    assert digests == [hashlib.sha256(sketch.read_bytes()).hexdigest() for sketch in sketches]
    assert f"{sketches[1]}: " in desk.stdout
    assert "Written as face-3, since another sketch is called face." in desk.stdout


def test_one_bad_file_does_not_stop_the_rest_and_is_named_with_its_reason(desk: Desk) -> None:
    good, last = desk.sketch("good.png", 1), desk.sketch("last.png", 2)
    cut = desk.folder / "cut.png"
    cut.write_bytes(good.read_bytes()[:2000])
    words = desk.folder / "words.jpg"
    words.write_text("this is no picture")
    blank = desk.folder / "blank.png"
    Image.new("RGB", (300, 300), (250, 250, 245)).save(blank)
    missing = desk.folder / "missing.png"
    assert desk.render(good, cut, words, blank, missing, last) == 1
    assert desk.made == {"good.png", "good.json", "last.png", "last.json"}
    for path, reason in ((cut, "damaged"), (words, "not an image"), (blank, "No drawing"), (missing, "No such file")):
        (line,) = (line for line in desk.stdout.splitlines() if line.startswith(f"{path}: "))
        assert reason in line
    assert desk.stdout.endswith("2 of 6 rendered, 4 not.\n")
    assert "Traceback" not in desk.stdout + desk.stderr


def test_json_says_the_same_for_programs(desk: Desk) -> None:
    good, bad = desk.sketch("good.png"), desk.folder / "bad.png"
    bad.write_bytes(b"")
    assert desk.render(good, bad, "--json") == 1
    report = json.loads(desk.stdout)
    assert (report["rendered"], report["failed"]) == (1, 1)
    first, second = report["sketches"]
    assert first["sketch"] == str(good)
    assert first["files"] == [str(desk.out / "good.png"), str(desk.out / "good.json")]
    assert first["problem"] is None
    assert second["files"] == []
    assert "empty" in second["problem"]


def test_without_restoring_it_is_256_px_and_with_it_512(desk: Desk) -> None:
    sketch = desk.sketch("face.png")
    assert desk.render(sketch) == 0
    assert desk.png("face").size == (256, 256)
    assert (controls(desk)["strength"], controls(desk)["restore"]) == (0.0, False)
    assert desk.render(sketch, fast=False) == 0
    assert desk.png("face").size == (512, 512)
    assert (controls(desk)["strength"], controls(desk)["restore"]) == (0.0, True)


def test_seed_and_strength_reach_the_picture_and_the_record(desk: Desk) -> None:
    sketch = desk.sketch("face.png")
    digests = set()
    for wished in ([], ["--seed", "5"], ["--strength", "0.5"], ["--strength", "1"]):
        assert desk.render(sketch, *wished, fast=False) == 0
        digests.add(desk.provenance("face")["output"]["sha256"])
    assert len(digests) == 4
    assert (controls(desk)["seed"], controls(desk)["strength"]) == (0, 1.0)
    assert "restorer" in desk.provenance("face")["weights"]


def test_eyes_are_given_in_pixels_of_the_file(desk: Desk) -> None:
    small = desk.sketch("small.png")
    large = desk.folder / "large.png"  # beyond what is worked on
    drawn(1).image.resize((4096, 4096), Image.Resampling.BICUBIC).save(large, compress_level=1)
    (x1, y1), (x2, y2) = drawn(1).eyes
    assert desk.render(small, "--align", f"{x1},{y1},{x2},{y2}") == 0
    assert desk.provenance("small")["alignment"]["method"] == "given"
    assert desk.provenance("small")["alignment"]["eyes"] == [[x1, y1], [x2, y2]]
    assert desk.render(large, "--align", ",".join(str(16 * value) for value in (x1, y1, x2, y2))) == 0
    assert desk.provenance("large")["alignment"]["eyes"] == [[8 * x1, 8 * y1], [8 * x2, 8 * y2]]
    assert (desk.provenance("large")["input"]["width"], desk.provenance("large")["input"]["height"]) == (2048, 2048)
    same = np.asarray(desk.png("small"), np.float64) - np.asarray(desk.png("large"), np.float64)
    assert np.abs(same).mean() < 12
    assert desk.render(small, "--align", "off") == 0
    assert desk.provenance("small")["alignment"]["method"] == "off"


def test_eyes_beside_one_of_the_pictures_fail_that_one(desk: Desk) -> None:
    assert desk.render(desk.sketch("a.png"), desk.sketch("b.png", 1, 128), "--align", "96,120,160,120") == 1
    assert desk.made == {"a.png", "a.json"}
    assert "128 x 128" in desk.stdout


@pytest.mark.parametrize(
    "wrong,words",
    [
        (["--engine", "oil-paint"], "no engine called oil-paint"),
        (["--align", "left"], "--align is auto, off"),
        (["--align", "1,2,3"], "--align is auto, off"),
        (["--align", "10,10,12,10"], "8 pixels apart"),
        (["--align", "nan,1,2,3"], "in pixels"),
        (["--strength", "1.5"], "between 0 and 1"),
        (["--seed", "-3"], "whole number"),
        (["--device", "abacus"], "no device called abacus"),
    ],
)
def test_wrong_use_is_2_with_one_line(wrong: list[str], words: str, desk: Desk) -> None:
    assert desk.render(desk.sketch("face.png"), *wrong) == 2
    assert words in desk.stderr
    assert desk.stderr.count("\n") == 1
    assert desk.stdout == ""
    assert desk.made == set()


def test_a_folder_without_pictures_is_wrong_use(desk: Desk) -> None:
    (desk.folder / "empty").mkdir()
    assert desk.render(desk.folder / "empty") == 2
    assert "holds no PNG, JPEG or WebP file" in desk.stderr


@pytest.mark.parametrize("arguments", [[], ["--strength", "strong"], ["--colour"]])
def test_what_the_parser_refuses_is_2_too(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["render", "x.png", *arguments])
    assert ended.value.code == 2


def test_damaged_weights_are_said(desk: Desk, tmp_path: Path) -> None:
    desk.weights = Path(shutil.copytree(desk.weights, tmp_path / "weights"))
    victim = desk.weights / "tiny-pix2pix.safetensors"
    victim.write_bytes(victim.read_bytes()[:-1])
    assert desk.render(desk.sketch("face.png")) == 1
    assert "not the ones in the manifest" in desk.stderr
    assert desk.made == set()


def test_a_sketch_is_never_replaced_by_its_likeness(desk: Desk) -> None:
    desk.out = desk.folder / "case"
    sketch = desk.sketch("case/face.png")
    before = sketch.read_bytes()
    for named in (sketch, desk.out):
        assert desk.render(named) == 2
        assert "would replace the sketch" in desk.stderr
    assert sketch.read_bytes() == before
    assert desk.made == {"face.png"}
    jpeg = desk.sketch("case/other.jpg")  # its likeness is a PNG and takes no place
    assert desk.render(jpeg) == 0


def test_earlier_likenesses_inside_a_folder_are_no_sketches(desk: Desk) -> None:
    desk.sketch("case/face.png")
    desk.out = desk.folder / "case" / "likenesses"
    for _ in range(2):
        assert desk.render(desk.folder / "case") == 0
        assert desk.made == {"face.png", "face.json"}
        assert "1 of 1 rendered." in desk.stdout


def test_a_place_that_cannot_be_written_to_is_said(desk: Desk) -> None:
    (desk.folder / "file").write_text("")
    desk.out = desk.folder / "file" / "out"
    assert desk.render(desk.sketch("face.png")) == 2
    assert "cannot be made: Not a directory" in desk.stderr
    desk.out = desk.folder / "out"
    (desk.out / "face.json").mkdir(parents=True)
    assert desk.render(desk.folder / "face.png", desk.sketch("next.png", 2)) == 1
    assert f"{desk.folder / 'face.png'}: The result cannot be written: Is a directory" in desk.stdout
    assert desk.made == {"face.json", "next.png", "next.json"}
