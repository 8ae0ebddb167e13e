"""What sets write about people, in words and in numbers."""

from pathlib import Path

import pytest

from training.data import Face
from training.evaluation.labels import labels_of


def face(**values: object) -> Face:
    known = {"archive": Path("x.zip"), "id": "1", "set": "own", "person": "p", "split": "test", "photo": "p"}
    return Face(**(known | values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "attributes,group",
    [
        ({"gender": 0}, "men"),
        ({"gender": 1}, "women"),
        ({"gender": 1.0}, "women"),
        ({"gender": "1"}, "women"),
        ({"gender": "female"}, "women"),
        ({"gender": "Female "}, "women"),
        ({"gender": "F"}, "women"),
        ({"gender": "man"}, "men"),
        ({"Male": True}, "men"),
        ({"Male": False}, "women"),
        ({"Male": 1}, "men"),
        ({"Male": -1}, "women"),
        ({"gender": None, "Male": True}, "men"),
    ],
)
def test_words_and_numbers_are_understood(attributes: dict[str, object], group: str) -> None:
    assert labels_of(face(attributes=attributes)) == {"gender": group}


@pytest.mark.parametrize("gender", [2, -1, 0.5, None, "", "other", [1], {}])
def test_what_is_not_understood_is_no_label(gender: object) -> None:
    assert labels_of(face(attributes={"gender": gender})) == {}
    assert labels_of(face(attributes={"Male": "other"})) == {}


def test_names_of_files_become_groups() -> None:
    asian = {"gender": "men", "ethnicity": "asian", "both": "asian men"}
    assert labels_of(face(set="scut", source="AM12")) == asian
    assert labels_of(face(set="mebeauty", source="male_asian_3")) == asian
    assert labels_of(face(set="mebeauty", source="female_caucasian_8"))["both"] == "white women"
    assert labels_of(face(set="faker", source="female_15")) == {"gender": "women"}
    assert labels_of(face(set="webmorph", source="3dsk_female_bera")) == {}
