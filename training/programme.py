"""Several runs, one after another, and their reports: `python -m training programme PLAN.toml`.

A plan lists runs, each a recipe with what changes in it. `from` names the run whose averaged weights it begins with,
`generator` the one that draws a restorer's inputs, `artist` the one that draws all photos before it, `unseen` the style
that its recipe leaves out.
"""

import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Required, TypedDict

from training.engine import diary
from training.recipe import as_toml, load_recipe, parse
from training.shapes import check

PLANS = Path(__file__).parent / "plans"

_Run = TypedDict(
    "_Run",
    {
        "name": Required[str], "recipe": Required[str], "from": str, "generator": str, "artist": str, "unseen": str,
        "report": bool, "change": dict[str, Any],
    },
    total=False,
)  # fmt: skip


class _Plan(TypedDict):
    run: list[dict[str, Any]]


Command = Callable[[list[str]], int]
"""The trainer's command line: its arguments -> its exit status."""


@dataclass(frozen=True)
class PlannedRun:
    """`change` has a recipe's keys, inner ones as `schedule.steps`."""

    name: str
    recipe: str
    parent: str | None = None
    generator: str | None = None
    artist: str | None = None
    unseen: str | None = None
    report: bool = False
    change: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Programme:
    """Everything lies in `out`: recipes, a run folder for each run, weights, reports. `common` are the trainer's
    arguments before the command, `trained` those after `train`."""

    runs: list[PlannedRun]
    out: Path
    common: list[str]
    trained: list[str]

    def run(self, command: Command, minutes: float | None = None, say: Callable[[str], None] = print) -> int:
        """Goes on wherever it stands. Out of time it stops between two steps of a run; a command that fails ends it."""
        deadline = None if minutes is None else time.monotonic() + 60 * minutes
        for run in self.runs:
            for arguments in self._commands(run, deadline):
                say(f"\n$ python -m training {' '.join(arguments)}")
                status = command(arguments)
                if status:
                    return status
            if not self._is_done(run):
                say(f"Out of time in {run.name}; the same command goes on from there.")
                return 0
        for arguments in self._reports():
            say(f"\n$ python -m training {' '.join(arguments)}")
            status = command(arguments)
            if status:
                return status
        return 0

    def _commands(self, run: PlannedRun, deadline: float | None) -> Iterator[list[str]]:
        if self._is_done(run):
            return
        if run.generator:
            yield ["ship", str(self._recipe(run.generator)), "--run", str(self.out / run.generator), *self._weights()]
        if run.artist:
            yield [*self.common, "draw", "--run", str(self.out / run.artist), *self.trained]
        arguments = [*self.common, "train", str(self._recipe(run.name)), "--run", str(self.out / run.name)]
        if (self.out / run.name / "state.pt").exists():
            arguments.append("--resume")
        elif run.parent:
            arguments += ["--from", str(self.out / run.parent)]
        if run.generator:
            arguments += self._weights()
        if deadline is not None:
            arguments += ["--time", f"{max(deadline - time.monotonic(), 0) / 60:.2f}"]
        yield [*arguments, *self.trained]

    def _reports(self) -> Iterator[list[str]]:
        whole = [run for run in self.runs if run.report]
        for run in whole:
            yield [*self.common, "evaluate", *self._run(run), "--out", str(self.out / "reports" / run.name)]
        left_out = [f"{run.unseen}={self.out / run.name}" for run in self.runs if run.unseen]
        if left_out:
            named = [argument for text in left_out for argument in ("--run", text)]
            first = self._run(whole[0]) if whole else []
            yield [*self.common, "evaluate", "styles", *first, *named, "--out", str(self.out / "reports" / "styles")]

    def _recipe(self, name: str) -> Path:
        """Written anew each time: the plan says what it is, and `train --resume` refuses one that has changed."""
        run = next(run for run in self.runs if run.name == name)
        path = self.out / "recipes" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_toml(load_recipe(run.recipe).table, run.change))
        return path

    def _is_done(self, run: PlannedRun) -> bool:
        steps = run.change.get("schedule.steps", load_recipe(run.recipe).schedule.steps)
        return bool(diary.read(self.out / run.name).get("step", 0) >= steps)

    def _run(self, run: PlannedRun) -> list[str]:
        return ["--run", str(self.out / run.name)]

    def _weights(self) -> list[str]:
        return ["--weights", str(self.out / "weights")]


def load_plan(name: str) -> list[PlannedRun]:
    """By file path or by the name of a shipped plan. Raises FileNotFoundError, and ValueError for a run that names one
    that does not come before it, that the plan says twice, or that has keys which nobody knows."""
    path = Path(name) if name.endswith(".toml") else PLANS / f"{name}.toml"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in PLANS.glob("*.toml")))
        raise FileNotFoundError(f"There is no plan {name}. Name a .toml file or one of: {known}.")
    runs: list[PlannedRun] = []
    plan = tomllib.loads(path.read_text())
    check(plan, _Plan, f"Plan {path.stem}")
    for row in plan["run"]:
        check(row, _Run, f"Plan {path.stem}, [[run]] {row.get('name', '')}")
        run = PlannedRun(parent=row.pop("from", None), **row)
        parse(as_toml(load_recipe(run.recipe).table, run.change), f"{run.recipe} as plan {path.stem} changes it")
        before = {earlier.name for earlier in runs}
        if run.name in before:
            raise ValueError(f"Plan {path.stem} has two runs called {run.name}.")
        for other in (run.parent, run.generator, run.artist):
            if other and other not in before:
                raise ValueError(f"Plan {path.stem}: {run.name} needs {other}, which is no run before it.")
        runs.append(run)
    return runs
