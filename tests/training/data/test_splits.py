"""Nobody is in two splits."""

import argparse
from pathlib import Path

import pytest

from training.data import command
from training.data.faces import Face
from training.data.splits import Fractions, assign, find_shared, merge_people, separate


def face(name: str, person: str, split: str = "") -> Face:
    return Face(Path(), name, "own", f"own/{person}", split, photo="x")


def test_people_are_split_by_their_shares_and_stay_when_others_come() -> None:
    few = assign([face(str(n), str(n)) for n in range(400)], Fractions(0.7, 0.2, 0.1))
    counts = [sum(f.split == split for f in few) / 400 for split in ("train", "val", "test")]
    assert counts == pytest.approx([0.7, 0.2, 0.1], abs=0.06)
    more = assign([face(str(n), str(n)) for n in range(399, -1, -1)] + [face("x", "x")], Fractions(0.7, 0.2, 0.1))
    assert {f.id: f.split for f in few} == {f.id: f.split for f in more if f.id != "x"}


def test_all_pictures_of_a_person_get_one_split_and_a_given_one_stays() -> None:
    faces = [face(f"{n}-{k}", str(n)) for n in range(30) for k in range(2)] + [face("a", "7", "test")]
    split = assign(faces, Fractions())
    assert find_shared(split) == {}
    assert {f.split for f in split if f.person == "own/7"} == {"test"}


def test_who_is_in_several_splits_goes_to_the_one_held_back_most() -> None:
    faces = [face("1", "a", "train"), face("2", "a", "test"), face("3", "b", "val"), face("4", "b", "train")]
    faces += [face("5", "c", "train")]
    shared = find_shared(faces)
    assert shared == {"own/a": ("train", "test"), "own/b": ("train", "val")}
    assert [f.split for f in separate(faces, shared)] == ["test", "test", "val", "val", "train"]
    assert find_shared(separate(faces, shared)) == {}


def test_links_make_one_person_of_many() -> None:
    faces = [face(str(n), name) for n, name in enumerate("abcde")]
    merged = merge_people(faces, [(3, 1), (1, 2)])
    assert [f.person for f in merged] == ["own/a", "own/b", "own/b", "own/b", "own/e"]


@pytest.mark.parametrize("text", ["80,20", "a,b,c", "80,30,-10", "0,0,0"])
def test_shares_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        command._fractions(text)


def test_shares_may_be_percents_or_parts_of_one() -> None:
    for text in ("60,30,10", "0.6,0.3,0.1"):
        parsed = Fractions.parse(text)
        assert (parsed.train, parsed.val, parsed.test) == pytest.approx((0.6, 0.3, 0.1))
