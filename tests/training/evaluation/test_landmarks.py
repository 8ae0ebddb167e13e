"""`evaluate landmarks`: which drawings the face finder is measured on."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from training.__main__ import main
from training.data import read_manifests
from training.data.manifest import write_cache

pytestmark = pytest.mark.usefixtures("threads_put_back")


def command(data: Path, cache: Path, weights: Path) -> list[str]:
    start = ["--data", str(data), "--cache", str(cache), "--threads", "1", "evaluate", "landmarks"]
    return [*start, "--weights", str(weights), "--split", "val"]


def test_drawings_are_those_of_the_prepared_cache(
    labelled_data: Path, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*command(labelled_data, tmp_path, tiny_weights), "--json"]
    counted = []
    for prepared in (False, True):
        if prepared:
            faces = read_manifests(labelled_data)
            moved = [replace(face, split="val") if face.set == "cuhk" else face for face in faces]
            write_cache(tmp_path, labelled_data, moved)
        assert main(arguments) == 0
        counted.append(json.loads(capsys.readouterr().out)["drawings"])
    assert counted == [2, 6]


def test_drawings_without_points_are_left_out_and_counted(
    labelled_data: Path, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = command(labelled_data, tmp_path, tiny_weights)
    faces = [face for face in read_manifests(labelled_data) if face.split == "val" and face.sketch]
    write_cache(tmp_path, labelled_data, [replace(faces[0], landmarks=None), *faces[1:]])
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert said.startswith("1 drawings of the val splits")
    assert "not measured, as their set has no points of them: 1" in said
    write_cache(tmp_path, labelled_data, [replace(face, landmarks=None) for face in faces])
    assert main(arguments) == 2
    assert "none of its 2 drawings has points" in capsys.readouterr().err
