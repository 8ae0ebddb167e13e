"""Several likenesses of one sketch that differ in what the sketch does not say: the colours of skin, hair and irises.

The first is what was asked for. The others fill in only what was left unknown, each as far as possible from those
before it (farthest-point sampling, Gonzalez 1985), so that a few of them span what the witness may have seen. The
strokes, the eyes and the seed stay as they are: where the network keeps its word, the geometry does too.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.appearance import COLOURS, REGIONS, Appearance
from inference.errors import BadControl
from inference.options import MAX_SEED, Candidate, RenderOptions

MAX_COUNT: Final = 8

# Shares of an aligned picture: means of 382 parsed faces of CelebAMask-HQ (Lee et al. 2020), warped to the template;
# of an eye's opening the iris is about half.
AREAS: Final = {"skin": 0.34, "hair": 0.31, "eyes": 0.0025}

# Colour differences in CIELAB (CIE 1976). 2.3 is just noticeable between flat patches side by side (Mahy et al. 1994);
# three times that is seen in two faces beside each other, and is about one class of skin.
MIN_DISTANCE: Final = 7.0

# What is never proposed, only set by a person: grey and white hair come with age, and age is in the drawing.
PROPOSED: Final[dict[str, tuple[str, ...]]] = {
    "skin": tuple(COLOURS["skin"]),
    "hair": tuple(name for name in COLOURS["hair"] if name not in ("grey", "white")),
    "eyes": tuple(COLOURS["eyes"]),
}
# One pigment, melanin, darkens skin, hair and irises alike. Exceptions live, and can be set; they are not proposed.
_FAIR_SKIN: Final = ("very light", "light", "intermediate")
_LITTLE_MELANIN: Final = {"hair": ("blond", "red"), "eyes": ("green", "blue", "grey")}

Point = npt.NDArray[np.float64]


def candidates(wished: Appearance, count: int) -> list[Appearance]:
    """`wished` first, then up to `count` - 1 others that keep what it says; fewer where there are not enough.

    Any two are at least MIN_DISTANCE apart, see `distance`. The same arguments give the same list. Raises BadControl
    for a count that is not from 1 to MAX_COUNT.
    """
    check_count(count)
    chosen, others = [wished], list(_proposals(wished))
    while others and len(chosen) < count:
        nearest = [min(distance(wished, one, other) for other in chosen) for one in others]
        best = int(np.argmax(nearest))
        if nearest[best] < MIN_DISTANCE:
            break
        chosen.append(others.pop(best))
    return chosen


def check_count(count: int) -> None:
    """Raises BadControl unless it is from 1 to MAX_COUNT."""
    if not 1 <= count <= MAX_COUNT:
        raise BadControl("The number of candidates must be from 1 to %(most)s.", most=MAX_COUNT)


def variants(options: RenderOptions, count: int, knows_colours: bool = True) -> list[RenderOptions]:
    """The options of `count` renders that are the candidates of `options`.

    Where fewer than `count` colours are far enough apart, or the engine does not know colours, the rest are other
    seeds, for which no distance is promised; each one's `candidate` says what it is. Raises BadControl.
    """
    wished = options.appearance
    colours = candidates(wished, count)[: count if knows_colours else 1]
    made = []
    for k in range(count):
        by_colour = k < len(colours)
        appearance = colours[k] if by_colour else wished
        varied = tuple(r for r in REGIONS if getattr(appearance, r) != getattr(wished, r))
        place = Candidate(k + 1, count, "asked" if k == 0 else "colour" if by_colour else "seed", varied)
        seed = options.seed if by_colour else (options.seed + 1 + k - len(colours)) % (MAX_SEED + 1)
        made.append(replace(options, appearance=appearance, seed=seed, candidate=place))
    return made


def distance(wished: Appearance, one: Appearance, other: Appearance) -> float:
    """How far apart two candidates look: the root mean square of the CIELAB differences of the regions that `wished`
    leaves unknown, weighted by AREAS. An unknown region counts as the mean of what could be proposed for it, since
    that is about what a generator makes of it."""
    free = _free(wished)
    if not free:
        return 0.0
    areas = np.array([AREAS[region] for region in free])
    apart = np.array([np.linalg.norm(_colour(wished, one, r) - _colour(wished, other, r)) for r in free])
    return float(np.sqrt((areas * apart**2).sum() / areas.sum()))


def plausible(appearance: Appearance, wished: Appearance) -> bool:
    """Whether the program may propose this: little melanin in hair or irises only with fair skin. What a person said
    is never judged."""
    if appearance.skin is None or appearance.skin in _FAIR_SKIN:
        return True
    said = {region for region in REGIONS if getattr(wished, region) is not None}
    return not any(
        getattr(appearance, region) in names and not {"skin", region} <= said
        for region, names in _LITTLE_MELANIN.items()
    )


def _free(wished: Appearance) -> list[str]:
    return [region for region in REGIONS if getattr(wished, region) is None]


def _proposals(wished: Appearance) -> Iterator[Appearance]:
    """Every plausible way to fill in all that is unknown."""
    free = _free(wished)
    for names in product(*(PROPOSED[region] for region in free)) if free else ():
        filled = replace(wished, **dict(zip(free, names, strict=True)))
        if plausible(filled, wished):
            yield filled


def _colour(wished: Appearance, appearance: Appearance, region: str) -> Point:
    name = getattr(appearance, region)
    if name is not None:
        return np.array(COLOURS[region][name])
    possible = [n for n in PROPOSED[region] if plausible(replace(wished, **{region: n}), wished)]
    return np.asarray(np.mean([COLOURS[region][n] for n in possible], axis=0))
