"""What a recipe leaves out is nowhere in what its run learns from."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.recipes import tiny
from training.batches import Mix, SketchPairs
from training.data import Prepared
from training.selection import has_open_terms, select, styles_of


@pytest.fixture
def styled(prepared: Prepared) -> Prepared:
    """The drawn faces of fs2k in two styles."""
    faces = [
        replace(face, attributes={"style": n % 2}) if face.set == "fs2k" else face
        for n, face in enumerate(prepared.faces)
    ]
    return replace(prepared, faces=faces)


def test_a_style_that_is_left_out_is_in_no_row_of_sketches(styled: Prepared, tmp_path: Path) -> None:
    recipe = tiny(tmp_path / "r.toml", top='leave_out = ["fs2k/style0"]\n')
    before = [k for k in styled.rows("train", with_sketch=True) if styled.faces[k].attributes["style"] == 0]
    chosen = select(styled, recipe)
    rows = chosen.rows("train", with_sketch=True)
    assert before
    assert {chosen.faces[k].attributes["style"] for k in rows} == {1}
    assert all(chosen.sketch_of[k] == -1 for k in before)  # not by its number either
    assert all(chosen.sketch_of[k] == styled.sketch_of[k] >= 0 for k in rows)
    assert set(before) <= set(chosen.rows("train"))  # its photos stay
    drawn = SketchPairs(chosen, "train", 2, Mix(1.0), seed=1)
    assert set(drawn._real) == set(rows)
    assert styled.faces[before[0]].sketch is not None  # the data themselves are as they were


def test_a_whole_set_of_sketches_can_be_left_out(styled: Prepared, tmp_path: Path) -> None:
    chosen = select(styled, tiny(tmp_path / "r.toml", top='leave_out = ["fs2k"]\n'))
    assert not len(chosen.rows("train", with_sketch=True))
    assert not len(chosen.rows("val", with_sketch=True))


def test_only_named_sets_are_learned_from(styled: Prepared, tmp_path: Path) -> None:
    chosen = select(styled, tiny(tmp_path / "r.toml", top='sets = ["faker"]\n'))
    for split in ("train", "val"):
        assert {chosen.faces[k].set for k in chosen.rows(split)} == {"faker"}


def test_open_means_sets_with_open_terms_alone(styled: Prepared, tmp_path: Path) -> None:
    chosen = select(styled, tiny(tmp_path / "r.toml", top='terms = "open"\n'))
    assert {chosen.faces[k].set for k in chosen.rows("train")} == {"faker"}
    assert all(has_open_terms(chosen.faces[k]) for k in chosen.rows("train"))


@pytest.mark.parametrize(
    "terms,is_open",
    [
        ("CC0", True),
        ("CC BY 4.0, credit the authors", True),
        ("Public Domain Mark; somebody", True),
        ("Attribution License; somebody", True),
        ("MIT", True),
        ("CC BY-NC-SA 4.0", False),
        ("CC BY 4.0, photos for research alone", False),
        ("MIT; photos from the web, research", False),
        ("Attribution-NonCommercial License; somebody", False),
        ("non-commercial research", False),
        ("yours", False),
    ],
)
def test_terms_are_open_as_a_whole(styled: Prepared, terms: str, is_open: bool) -> None:
    assert has_open_terms(replace(styled.faces[0], set="any", terms=terms)) == is_open


def test_a_drawing_goes_by_its_set_and_by_its_style(styled: Prepared) -> None:
    drawn = next(face for face in styled.faces if face.sketch)
    assert styles_of(replace(drawn, attributes={"style": 2})) == {"fs2k", "fs2k/style2"}
    assert styles_of(replace(drawn, set="cuhk", attributes={})) == {"cuhk"}


@pytest.mark.parametrize(
    "top,words",
    [
        ("set_weights = { fsk2 = 2.0 }\n", "No prepared face is of fsk2. Choose from"),
        ('leave_out = ["fs2k/style7"]\n', "No prepared face is of fs2k/style7. Choose from: fs2k, fs2k/style0"),
        ('sets = ["moon"]\n', "No prepared face is of moon"),
        ('sets = ["fs2k"]\nterms = "open"\n', "leaves no face"),
        ('terms = "closed"\n', 'not "closed"'),
    ],
)
def test_what_cannot_be_selected_is_refused(styled: Prepared, tmp_path: Path, top: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        select(styled, tiny(tmp_path / "r.toml", top=top))
