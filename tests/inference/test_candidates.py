"""Candidates keep what was asked for, lie apart, and are the same every time."""

from itertools import combinations, pairwise

import pytest

from inference.appearance import COLOURS, REGIONS, UNKNOWN, Appearance
from inference.candidates import (
    MAX_COUNT,
    MIN_DISTANCE,
    PROPOSED,
    candidates,
    distance,
    plausible,
    variants,
)
from inference.errors import BadControl
from inference.options import MAX_SEED, RenderOptions

WISHES = [
    UNKNOWN,
    Appearance(skin="dark"),
    Appearance(skin="light"),
    Appearance(hair="blond"),
    Appearance(hair="grey"),
    Appearance(eyes="blue"),
    Appearance("tan", "brown"),
    Appearance("dark", "blond"),
]


@pytest.mark.parametrize("wished", WISHES, ids=str)
def test_the_first_is_what_was_asked_and_the_others_keep_what_it_says(wished: Appearance) -> None:
    made = candidates(wished, MAX_COUNT)
    assert made[0] == wished
    assert len(set(made)) == len(made)
    for other in made[1:]:
        for region in REGIONS:
            asked = getattr(wished, region)
            assert getattr(other, region) == asked if asked else getattr(other, region) in PROPOSED[region]


@pytest.mark.parametrize("wished", WISHES, ids=str)
def test_any_two_are_the_least_distance_apart(wished: Appearance) -> None:
    made = candidates(wished, MAX_COUNT)
    assert all(distance(wished, one, other) >= MIN_DISTANCE for one, other in combinations(made, 2))


def test_each_is_the_farthest_from_those_before_it() -> None:
    made = candidates(UNKNOWN, MAX_COUNT)
    nearest = [min(distance(UNKNOWN, one, other) for other in made[:k]) for k, one in enumerate(made) if k]
    assert len(nearest) == MAX_COUNT - 1
    assert all(earlier >= later for earlier, later in pairwise(nearest))


def test_fewer_are_the_beginning_of_more() -> None:
    assert candidates(UNKNOWN, 4) == candidates(UNKNOWN, MAX_COUNT)[:4]


def test_distance_is_worked_out_as_it_is_documented() -> None:
    one, other = Appearance("light", "black", "brown"), Appearance("light", "blond", "blue")
    hair = sum((a - b) ** 2 for a, b in zip(COLOURS["hair"]["black"], COLOURS["hair"]["blond"], strict=True))
    eyes = sum((a - b) ** 2 for a, b in zip(COLOURS["eyes"]["brown"], COLOURS["eyes"]["blue"], strict=True))
    expected = ((0.31 * hair + 0.0025 * eyes) / (0.34 + 0.31 + 0.0025)) ** 0.5
    assert distance(UNKNOWN, one, other) == pytest.approx(expected)
    only_eyes = Appearance("light", "black")
    assert distance(only_eyes, one, Appearance("light", "black", "blue")) == pytest.approx(eyes**0.5)


def test_nothing_is_proposed_that_age_or_pigment_speak_against() -> None:
    for wished in WISHES:
        for other in candidates(wished, MAX_COUNT)[1:]:
            assert wished.hair or other.hair not in ("grey", "white")
            assert plausible(other, wished)
    assert not plausible(Appearance("dark", "blond"), UNKNOWN)
    assert not plausible(Appearance("dark", "blond"), Appearance(hair="blond"))
    assert not plausible(Appearance("brown", "black", "blue"), Appearance(skin="brown"))


def test_what_a_person_says_is_never_judged() -> None:
    assert plausible(Appearance("dark", "blond", "blue"), Appearance("dark", "blond", "blue"))
    (said, *others) = candidates(Appearance("dark", "blond"), 4)
    assert said == Appearance("dark", "blond")
    assert others
    assert {one.eyes for one in others} <= {"dark brown", "brown"}


def test_where_colours_run_out_seeds_vary_and_it_is_said() -> None:
    everything = Appearance("tan", "black", "brown")
    made = variants(RenderOptions(seed=5, appearance=everything), 4)
    assert [one.seed for one in made] == [5, 6, 7, 8]
    assert {one.appearance for one in made} == {everything}
    assert [one.candidate.by for one in made] == ["asked", "seed", "seed", "seed"]
    assert variants(RenderOptions(seed=MAX_SEED, appearance=everything), 2)[1].seed == 0


def test_colours_vary_before_seeds_do() -> None:
    made = variants(RenderOptions(seed=9, appearance=Appearance(hair="blond")), 6)
    ways = [one.candidate.by for one in made]
    assert ways == sorted(ways, key=["asked", "colour", "seed"].index)
    assert {"colour", "seed"} <= set(ways)
    assert [one.seed for one in made if one.candidate.by == "colour"] == [9] * ways.count("colour")
    assert len({(one.appearance, one.seed) for one in made}) == 6
    assert [one.candidate.number for one in made] == [1, 2, 3, 4, 5, 6]
    for one in made:
        filled = {region for region in REGIONS if getattr(one.appearance, region)} - {"hair"}
        assert set(one.candidate.varied) == filled


def test_an_engine_without_colours_varies_by_seeds_alone() -> None:
    made = variants(RenderOptions(), 3, knows_colours=False)
    assert [(one.seed, one.appearance) for one in made] == [(0, UNKNOWN), (1, UNKNOWN), (2, UNKNOWN)]


@pytest.mark.parametrize("count", [0, -1, MAX_COUNT + 1])
def test_a_count_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(BadControl, match="from 1 to 8"):
        candidates(UNKNOWN, count)
