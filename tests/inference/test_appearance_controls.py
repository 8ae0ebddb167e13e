"""Skin, hair and eye colour from the command line to the provenance and back."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.appearance import COLOURS, REGIONS, Appearance, choices
from inference.cli import main
from inference.errors import BadControl
from inference.options import RenderOptions
from inference.pipeline import Pipeline
from tests.inference.drawings import drawn
from tests.inference.test_render_command import Desk, Said, controls


@pytest.fixture
def desk(tmp_path: Path, coloured_weights: Path, capsys: Said) -> Desk:
    return Desk(tmp_path, coloured_weights, capsys)


def test_a_colour_changes_the_face_and_unknown_is_the_plain_one(coloured: Pipeline) -> None:
    def face(appearance: Appearance) -> bytes:
        return coloured.render(drawn(1).image, RenderOptions(appearance=appearance, restore=False, align=False)).png

    faces = [face(Appearance()), face(Appearance(hair="blond")), face(Appearance(hair="black")), face(Appearance())]
    assert len(set(faces)) == 3
    assert faces[0] == faces[3]


def test_weights_that_know_no_colours_offer_none_and_refuse_them(tiny: Pipeline, coloured: Pipeline) -> None:
    assert coloured.describe()["engines"][0]["controls"] == ["skin", "hair", "eyes", "seed"]
    assert tiny.describe()["engines"][0]["choices"] == {}
    assert [one.candidate.by for one in tiny.variants(RenderOptions(), 3)] == ["asked", "seed", "seed"]
    with pytest.raises(BadControl, match="know no colour of the hair"):
        tiny.variants(RenderOptions(appearance=Appearance(hair="blond")), 1)
    with pytest.raises(BadControl, match="know no skin, hair or eye colour"):
        tiny.render(drawn(1).image, RenderOptions(appearance=Appearance(hair="blond"), restore=False, align=False))


def test_choices_are_names_with_a_colour_for_a_swatch(coloured: Pipeline) -> None:
    described = coloured.describe()["engines"][0]["choices"]
    assert {region: [one["name"] for one in described[region]] for region in described} == {
        region: list(COLOURS[region]) for region in REGIONS
    }
    for region in REGIONS:
        lab = np.array([list(COLOURS[region].values())], np.float32)
        expected = np.rint(255 * cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)[0])
        shown = [list(bytes.fromhex(one["colour"].removeprefix("#"))) for one in choices(region)]
        assert np.abs(np.array(shown) - expected).max() <= 1


def test_the_engines_are_listed_with_the_names(coloured_weights: Path, capsys: Said) -> None:
    assert main(["engines", "--weights", str(coloured_weights), "--device", "cpu"]) == 0
    said = capsys.readouterr().out
    assert "controls: skin, hair, eyes, seed" in said
    assert "  hair: black, dark brown, brown, blond, red, grey, white" in said


def test_colours_reach_the_record_with_their_values(desk: Desk) -> None:
    assert desk.render(desk.sketch("face.png"), "--skin", "tan", "--eyes", "blue", "--hair", "unknown") == 0
    assert controls(desk)["appearance"] == {
        "skin": {"name": "tan", "lab": list(COLOURS["skin"]["tan"])},
        "hair": None,
        "eyes": {"name": "blue", "lab": list(COLOURS["eyes"]["blue"])},
    }
    assert controls(desk)["candidate"] == {"number": 1, "count": 1, "by": "asked", "varied": []}


def test_candidates_are_written_beside_each_other(desk: Desk) -> None:
    assert desk.render(desk.sketch("face.png"), "--candidates", "4", "--hair", "brown") == 0
    names = ["face", "face-2", "face-3", "face-4"]
    assert desk.made == {f"{name}.{kind}" for name in names for kind in ("png", "json")}
    assert len({(desk.out / f"{name}.png").read_bytes() for name in names}) == 4
    records = [controls(desk, name) for name in names]
    assert [one["candidate"]["number"] for one in records] == [1, 2, 3, 4]
    assert {one["appearance"]["hair"]["name"] for one in records} == {"brown"}
    assert records[0]["appearance"]["skin"] is None
    assert len({one["appearance"]["skin"]["name"] for one in records[1:]}) == 3
    assert len({json.dumps(desk.provenance(name)["alignment"]) for name in names}) == 1
    assert f"{desk.out / 'face.png'}: neutral" in desk.stdout
    assert f"{desk.out / 'face-2.png'}: skin {records[1]['appearance']['skin']['name']}, eyes " in desk.stdout


def test_candidates_that_are_other_seeds_are_said(desk: Desk) -> None:
    colours = ["--skin", "tan", "--hair", "black", "--eyes", "brown"]
    assert desk.render(desk.sketch("face.png"), "--candidates", "2", *colours) == 0
    assert f"{desk.out / 'face-2.png'}: another seed, 1" in desk.stdout
    assert controls(desk, "face-2")["candidate"] == {"number": 2, "count": 2, "by": "seed", "varied": []}


def test_candidates_take_no_other_sketchs_place(desk: Desk) -> None:
    sketches = [desk.sketch(name) for name in ("a.png", "a-2.png", "b/A.png")]
    assert desk.render(*sketches, "--candidates", "2") == 0
    assert len(desk.made) == 12
    assert desk.render(desk.sketch("out/c-2.png"), desk.sketch("c.png", 2), "--candidates", "2") == 2
    assert "would replace the sketch" in desk.stderr


@pytest.mark.parametrize(
    "wrong, words",
    [
        (["--hair", "pink"], "Choose one of: black, dark brown, brown"),
        (["--candidates", "9"], "from 1 to 8"),
        (["--candidates", "0"], "from 1 to 8"),
    ],
)
def test_wrong_values_are_refused_with_the_choices(wrong: list[str], words: str, desk: Desk) -> None:
    assert desk.render(desk.sketch("face.png"), *wrong) == 2
    assert words in desk.stderr
    assert desk.stderr.count("\n") == 1
    assert desk.made == set()


@pytest.mark.parametrize("name", ["face", "face-2", "face-5"])
def test_every_candidate_is_made_again(name: str, desk: Desk) -> None:
    sketch = desk.sketch("face.png")
    assert desk.render(sketch, "--hair", "blond", "--candidates", "5") == 0
    record = desk.out / f"{name}.json"
    assert main(["reproduce", str(record), str(sketch), "--weights", str(desk.weights)]) == 0


def test_a_provenance_from_before_there_were_colours_is_made_again(desk: Desk) -> None:
    sketch = desk.sketch("face.png")
    assert desk.render(sketch) == 0
    record = desk.provenance("face")
    del record["controls"]["appearance"], record["controls"]["candidate"]
    (desk.out / "face.json").write_text(json.dumps(record))
    assert main(["reproduce", str(desk.out / "face.json"), str(sketch), "--weights", str(desk.weights)]) == 0


def test_a_name_that_means_another_colour_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    sketch = desk.sketch("face.png")
    assert desk.render(sketch, "--hair", "red") == 0
    monkeypatch.setitem(COLOURS["hair"], "red", (30.0, 25.0, 30.0))
    assert main(["reproduce", str(desk.out / "face.json"), str(sketch), "--weights", str(desk.weights)]) == 1
    assert "The colours differ: " in capsys.readouterr().out
