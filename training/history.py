"""What weights have learned from: by their own run, and by every run and checkpoint that it began with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from inference.weights import Checkpoint
from training.data import Prepared
from training.engine import diary
from training.learned import learned_from
from training.programme import load_plan
from training.recipe import Recipe, load_recipe, own_recipe
from training.selection import STYLES, styles_of


@dataclass(frozen=True)
class Seen:
    """Names of artists' drawings, by set and by style, and of sets of photos; whether `terms` were open throughout.
    It is not `whole` where a part is not recorded."""

    drawings: frozenset[str] = frozenset()
    photos: frozenset[str] = frozenset()
    open: bool = True
    whole: bool = True

    def __or__(self, other: "Seen") -> "Seen":
        return Seen(
            self.drawings | other.drawings,
            self.photos | other.photos,
            self.open and other.open,
            self.whole and other.whole,
        )

    def includes(self, style: str) -> bool:
        """`fs2k/style1` by that name, or with a set of which no style is known."""
        name = style.split("/")[0]
        return style in self.drawings or {own for own in self.drawings if own.split("/")[0] == name} == {name}

    def as_json(self) -> dict[str, Any]:
        named = {"drawings": sorted(self.drawings), "photos": sorted(self.photos)}
        return named | {"open": self.open, "whole": self.whole}


NOTHING, UNKNOWN = Seen(), Seen(open=False, whole=False)


@dataclass(frozen=True)
class Beginning:
    """With random weights, those of another run, or those in use; `unknown` of a run that does not say."""

    kind: Literal["random", "run", "weights", "unknown"] = "random"
    name: str = ""
    sha256: str = ""
    saw: Seen = NOTHING

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "sha256": self.sha256, "saw": self.saw.as_json()}


NOT_RECORDED = Beginning("unknown", saw=UNKNOWN)


def seen_in(data: Prepared, recipe: Recipe) -> Seen:
    """By a run of the recipe on the faces that it selects."""
    drawn = [face for face in data.faces if face.split == "train" and face.sketch and _learns_from_artists(recipe)]
    return Seen(
        frozenset[str]().union(*map(styles_of, drawn)),
        frozenset(face.set for face in learned_from(data, recipe)),
        recipe.table.get("terms") == "open",
    )


def seen_by_run(folder: Path, recipe: Recipe | None = None) -> Seen:
    """As its about.json says; of a run of before that was written, by its recipe, own or given, and its beginning."""
    about = diary.read(folder)
    if "saw" in about:
        return seen_from(about["saw"])
    recipe = recipe or own_recipe(folder)
    if recipe is None:
        return UNKNOWN
    counted = about.get("data", {})
    return _seen_by(recipe, counted.get("sketches"), counted.get("photos", ())) | beginning_of(folder).saw


def seen_by_weights(checkpoint: Checkpoint | None) -> Seen:
    """As far as a shipped recipe of their name says it; what that run began with is recorded nowhere."""
    try:
        return _seen_by(load_recipe(checkpoint.name)) | UNKNOWN if checkpoint else UNKNOWN
    except FileNotFoundError:
        return UNKNOWN


def beginning_of(folder: Path) -> Beginning:
    """As the run's about.json says, or the command in it that the run began by."""
    about = diary.read(folder)
    if "began" in about:
        return Beginning(**about["began"] | {"saw": seen_from(about["began"]["saw"])})
    words = about["sessions"][0]["command"].split() if about.get("sessions") else []
    if "programme" in words:
        return _planned(words[words.index("programme") + 1], folder)
    if "--from" in words:
        return _with_run(Path(words[words.index("--from") + 1]))
    # --fine-tune, also cut short as argparse allows, or a run of which only a later start is recorded.
    silent = "train" not in words or any(word.startswith(("--f", "--re")) for word in words)
    return NOT_RECORDED if silent else Beginning()


def _planned(plan: str, folder: Path) -> Beginning:
    """A programme's runs lie side by side; the plan names the one that each begins with."""
    try:
        parents = {run.name: run.parent for run in load_plan(plan)}
    except (FileNotFoundError, ValueError):
        return NOT_RECORDED
    if folder.name not in parents:
        return NOT_RECORDED
    parent = parents[folder.name]
    return _with_run(folder.parent / parent) if parent else Beginning()


def _with_run(parent: Path) -> Beginning:
    return Beginning("run", parent.name, saw=seen_by_run(parent))


def _seen_by(recipe: Recipe, sketches: Iterable[str] | None = None, photos: Iterable[str] = ()) -> Seen:
    """Of the sets that there were and their known styles, those that the recipe leaves in."""
    left_out, styled = set(recipe.table.get("leave_out", ())), {style.split("/")[0] for style in STYLES}
    there = styled if sketches is None else set(sketches)
    names = [style for style in STYLES if style.split("/")[0] in there] + sorted(there - styled)
    drawings = {name for name in names if not {name, name.split("/")[0]} & left_out}
    open_terms = recipe.table.get("terms") == "open"
    return Seen(frozenset(drawings if _learns_from_artists(recipe) else ()), frozenset(photos), open_terms)


def _learns_from_artists(recipe: Recipe) -> bool:
    if recipe.kind == "restorer":
        return bool(recipe.section("drawn").get("drawings", 0))
    return bool(recipe.table.get("real_share", recipe.kind != "pix2pix"))


def seen_from(row: Mapping[str, Any]) -> Seen:
    """The inverse of `Seen.as_json`."""
    return Seen(frozenset(row["drawings"]), frozenset(row["photos"]), row["open"], row["whole"])
