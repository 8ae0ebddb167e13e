"""`evaluate` from the command line, with small networks of the real kinds on drawn faces."""

import json
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inference.networks.unet import UNet256, UNetConfig
from tests.inference import folders
from tests.training.recipes import TINY
from training.__main__ import main
from training.data import read_manifests
from training.data.manifest import write_cache
from training.evaluation.faces import PARTS
from training.history import Beginning
from training.recipe import load_recipe

PAIRS = {"fs2k": (6, 4), "cuhk": (4, 4)}  # images, people


pytestmark = pytest.mark.usefixtures("threads_put_back")


class Addresses(HTMLParser):
    """What a page loads or links to, and its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value for name, value in attrs if name in ("src", "href") and value]


def run_folder(folder: Path, left_out: str) -> Path:
    """A finished run of the tiny recipe without one style."""
    folder.mkdir(parents=True)
    (folder / "recipe.toml").write_text(f'leave_out = ["{left_out}"]\n{TINY}')
    (folder / "about.json").write_text(json.dumps({"sessions": [], "began": Beginning().as_json()}))
    network = UNet256(UNetConfig(**load_recipe(str(folder / "recipe.toml")).section("network")))
    torch.save(network.state_dict(), folder / "ema.pt")
    return folder


def command(data: Path, nets: Path, cache: Path) -> list[str]:
    return ["--data", str(data), "--nets", str(nets), "--cache", str(cache), "--threads", "1", "evaluate"]


@pytest.mark.slow
def test_the_whole_report_comes_as_text_json_and_a_page(
    labelled_data: Path, nets: Path, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--weights", str(tiny_weights), "--subset", "3", "--out", str(tmp_path / "out")]
    assert main([*command(labelled_data, nets, tmp_path / "c"), *arguments]) == 0
    said = capsys.readouterr().out
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert set(report["sections"]) == set(PARTS)
    identity = report["sections"]["quality"]["tables"]["identity"]
    means = {"fs2k": "mean training photo", "cuhk": "mean test photo, none to train on"}
    assert [(row["set"], row["what"]) for row in identity] == [
        (name, what) for name in PAIRS for what in ("sketch itself", means[name], "generator's face")
    ]
    assert all((row["images"], row["people"]) == PAIRS[row["set"]] for row in identity)
    assert all(row["cosine_low"] <= row["cosine"] <= row["cosine_high"] for row in identity)
    styles = {row["style"]: row["images"] for row in report["sections"]["styles"]["tables"]["styles"]}
    assert styles == {"fs2k/style0": 3, "fs2k/style1": 3, "cuhk": 4}
    curve = report["sections"]["robustness"]["charts"]["deformation"]["face"]
    assert [point["x"] for point in curve] == [0, 1, 3, 5, 7, 9, 11]
    groups = {row["group"]: row["images"] for row in report["sections"]["fairness"]["tables"]["synthetic"]}
    assert groups | {"everybody": 5, "women": 2, "white": 3, "white men": 2} == groups
    page = (tmp_path / "out" / "index.html").read_text()
    addresses = Addresses(page)
    assert "script" not in addresses.tags
    assert {"svg", "img", "table"} <= addresses.tags
    for address in addresses.found:
        assert address.startswith("#") or (tmp_path / "out" / address).is_file()
    distances = report["sections"]["realism"]["tables"]["distances"]
    assert [row["against"] for row in distances[3:6]] == ["training photos"] * 3
    for row in identity:
        assert f"{row['cosine']:.3f}" in said
        assert f"{row['cosine']:.3f}" in page


def test_without_a_judge_pictures_alone_are_measured(
    labelled_data: Path, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*command(labelled_data, tmp_path, tmp_path), "--weights", str(tiny_weights), "--out", str(tmp_path)]
    assert main([*arguments, "--part", "quality", "--part", "sheets", "--json"]) == 0
    sections = json.loads(capsys.readouterr().out)["sections"]
    assert list(sections["quality"]["tables"]) == ["picture"]
    assert sections["sheets"]["sheets"] == ["test-unselected-1.png"]
    assert main([*arguments, "--part", "styles"]) == 2
    assert "The part styles needs the judge" in capsys.readouterr().err


def test_what_was_prepared_is_measured_by_the_splits_it_got(
    labelled_data: Path, nets: Path, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Any set with drawings, not these two names alone; and people whom `prepare` moved, where it moved them to."""
    moved = [replace(face, set="own") if face.set == "cuhk" else face for face in read_manifests(labelled_data)]
    moved = [replace(face, split="test") if face.set == "fs2k" and face.split == "val" else face for face in moved]
    write_cache(tmp_path, labelled_data, moved)
    arguments = ["--weights", str(tiny_weights), "--part", "quality", "--json", "--out", str(tmp_path / "out")]
    assert main([*command(labelled_data, nets, tmp_path), *arguments]) == 0
    rows = json.loads(capsys.readouterr().out)["sections"]["quality"]["tables"]["identity"]
    assert {(row["set"], row["images"]) for row in rows} == {("fs2k", 8), ("own", 4)}
    arguments = ["styles", "--weights", str(tiny_weights), "--json", "--out", str(tmp_path / "styles")]
    assert main([*command(labelled_data, nets, tmp_path), *arguments]) == 0
    rows = json.loads(capsys.readouterr().out)["sections"]["styles"]["tables"]["styles"]
    assert {row["style"]: row["images"] for row in rows} == {"fs2k/style0": 5, "fs2k/style1": 3, "own": 4}


def test_a_report_is_the_same_again_and_prints_json(
    labelled_data: Path, nets: Path, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = []
    for name in ("one", "two"):
        arguments = ["--weights", str(tiny_weights), "--part", "realism", "--part", "sheets", "--json", "--subset", "2"]
        assert main([*command(labelled_data, nets, tmp_path), *arguments, "--out", str(tmp_path / name)]) == 0
        reports.append(json.loads(capsys.readouterr().out))
    assert reports[0] == reports[1]
    assert set(reports[0]["sections"]) == {"realism", "sheets"}
    sheets = [np.asarray(Image.open(tmp_path / name / "sheets" / "cuhk-test-worst.png")) for name in ("one", "two")]
    assert (sheets[0] == sheets[1]).all()
    assert sheets[0].shape == (3 * 256, 4 * 256, 3)


def test_restored_faces_are_measured_where_users_get_them(
    labelled_data: Path, nets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = folders.fill(tmp_path / "w", restorer=False)
    restorer = folders.tiny_restorer()
    folders.put(weights, "tiny-restorer", "restorer", restorer, folders.RESTORER, default_strength=0.5)
    arguments = ["--weights", str(weights), "--part", "quality", "--split", "val", "--json"]
    assert main([*command(labelled_data, nets, tmp_path), *arguments, "--out", str(tmp_path / "out")]) == 0
    rows = json.loads(capsys.readouterr().out)["sections"]["quality"]["tables"]["identity"]
    assert [row["what"] for row in rows][2:] == ["generator's face", "restored face"]
    assert rows[2]["cosine"] != rows[3]["cosine"]


def test_runs_that_left_a_style_out_make_one_table(
    labelled_data: Path, nets: Path, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = {style: run_folder(tmp_path / style.replace("/", "-"), style) for style in ("fs2k/style1", "cuhk")}
    named = [part for style, folder in runs.items() for part in ("--run", f"{style}={folder}")]
    arguments = ["styles", "--weights", str(tiny_weights), *named, "--json", "--out", str(tmp_path / "out")]
    assert main([*command(labelled_data, nets, tmp_path), *arguments]) == 0
    report = json.loads(capsys.readouterr().out)
    rows = report["sections"]["styles"]["tables"]["styles"]
    assert [(row["style"], row["model"], row["trained"]) for row in rows] == [
        ("fs2k/style0", "tiny-pix2pix", "not recorded"),
        ("fs2k/style1", "fs2k-style1", "no: unseen"),
        ("fs2k/style1", "tiny-pix2pix", "not recorded"),
        ("cuhk", "cuhk", "no: unseen"),
        ("cuhk", "tiny-pix2pix", "not recorded"),
    ]
    assert rows[1]["cosine"] != rows[2]["cosine"]
    assert [figure["name"].split(",")[0] for figure in report["figures"]] == ["fs2k/style1", "cuhk"]
    assert (tmp_path / "out" / "index.html").exists()


def test_a_run_stands_in_for_the_weights_in_use(
    labelled_data: Path, nets: Path, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_folder(tmp_path / "own", "cuhk")
    arguments = ["--weights", str(tiny_weights), "--run", str(run), "--part", "styles", "--json"]
    assert main([*command(labelled_data, nets, tmp_path), *arguments, "--out", str(tmp_path / "out")]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["about"]["Model"].startswith("recipe ")
    seen = {row["style"]: row["trained"] for row in report["sections"]["styles"]["tables"]["styles"]}
    assert seen == {"fs2k/style0": "yes", "fs2k/style1": "yes", "cuhk": "no: unseen"}


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["--part", "beauty"], "no part beauty"),
        (["--run", "a", "--run", "b"], "of one model"),
        (["styles", "--run", "oil=a"], "no style oil"),
        (["styles", "--run", "cuhk={run}"], "was trained on cuhk"),
        (["styles", "--run", "{run}", "--run", "{run}"], "Only one run"),
        (["--run", "{empty}"], "no recipe"),
        (["faces"], "no sketch with a photo in the test splits"),
    ],
)
def test_what_cannot_be_measured_is_said(
    arguments: list[str], words: str, labelled_data: Path, nets: Path, tiny_weights: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    run = run_folder(tmp_path / "run", "fs2k/style0")
    filled = [argument.format(run=run, empty=tmp_path / "nothing") for argument in arguments]
    shutil.copy(labelled_data / "generated-0.zip", tmp_path)
    start = command(tmp_path, nets, tmp_path)
    assert main([*start, *filled, "--weights", str(tiny_weights), "--out", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err


def test_the_restorer_is_measured_beside_bicubic_enlargement(
    data: Path, cache: Path, nets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = [*command(data, nets, cache), "restorer", "--faces", "2", "--json"]
    weights = folders.fill(tmp_path / "w", restorer=False)
    folders.put(weights, "tiny-restorer", "restorer", folders.tiny_restorer(), folders.RESTORER)
    assert main([*start, "--weights", str(weights)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["inputs"], row["what"]) for row in rows] == [
        (inputs, what)
        for inputs in ("degraded photos", "faces of made sketches", "faces of drawings")
        for what in ("bicubic", "restored, strength 0.5", "restored, strength 1")
    ]
    bicubic, _, untrained = rows[:3]
    assert bicubic["psnr"] > untrained["psnr"] + 3
    assert untrained["cosine_gain"] == pytest.approx(untrained["cosine"] - bicubic["cosine"], abs=1e-6)
    assert untrained["feature_distance_gain_low"] <= untrained["feature_distance_gain"]
    assert "cosine_gain" not in bicubic
    assert main([*start[:-1], "--weights", str(weights)]) == 0
    assert f"{untrained['cosine_gain']:.4f} (" in capsys.readouterr().out
    shutil.rmtree(weights)
    assert main([*start, "--weights", str(folders.fill(weights, restorer=False))]) == 2
    assert "no restorer" in capsys.readouterr().err
