"""A programme: runs that begin with one another, cut off by time, and reports of all."""

import tomllib
from pathlib import Path

import pytest
import torch

from tests.training.recipes import TINY, written
from training.__main__ import main
from training.engine import diary
from training.programme import PLANS, PlannedRun, Programme, load_plan
from training.recipe import as_toml, load_recipe

PLAN = """
[[run]]
name = "base"
recipe = "{recipe}"
change = {{ real_share = 0.0 }}
[[run]]
name = "without"
recipe = "{recipe}"
from = "base"
unseen = "cuhk"
change = {{ real_share = 0.0, "schedule.steps" = 3 }}
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    (tmp_path / "tiny.toml").write_text(TINY)
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.format(recipe=tmp_path / "tiny.toml"))
    return path


def test_a_changed_recipe_is_the_recipe_but_for_what_changed(tmp_path: Path) -> None:
    recipe = load_recipe("pix2pix-small")
    text = as_toml(recipe.table, {"schedule.steps": 7, "leave_out": ["fs2k"], "optimizer.learning_rate": 1e-7})
    (tmp_path / "changed.toml").write_text(text)
    changed = load_recipe(str(tmp_path / "changed.toml"))
    assert changed.schedule.steps == 7
    assert changed.table["leave_out"] == ["fs2k"]
    assert changed.section("optimizer")["learning_rate"] == 1e-7
    assert changed.section("weights") == recipe.section("weights")
    assert tomllib.loads(as_toml(recipe.table, {})) == recipe.table


@pytest.mark.parametrize("name", sorted(path.stem for path in PLANS.glob("*.toml")))
def test_the_shipped_plans_name_recipes_that_are_there(name: str) -> None:
    runs = load_plan(name)
    assert {load_recipe(run.recipe).kind for run in runs} <= {"pix2pix", "restorer", "artist"}
    if name in {"likeness", "styles"}:
        assert {run.unseen for run in runs} > {"fs2k/style0", "fs2k/style1", "fs2k/style2", "cuhk"}
    for run in runs:
        kinds = {other.name: load_recipe(other.recipe).kind for other in runs}
        assert run.artist is None or kinds[run.artist] == "artist"
        assert run.unseen is None or run.change["leave_out"] == [run.unseen]


def test_a_plan_that_names_what_is_not_there_is_refused(plan: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no plan moon"):
        load_plan("moon")
    text = plan.read_text()
    plan.write_text(text.replace('from = "base"', 'from = "moon"'))
    with pytest.raises(ValueError, match="without needs moon"):
        load_plan(str(plan))
    plan.write_text(text.replace('"without"', '"base"'))
    with pytest.raises(ValueError, match="two runs called base"):
        load_plan(str(plan))
    for old, new, words in [
        ("[[run]]", "[[runs]]", "no key runs. Did you mean run"),
        ("unseen", "unsen", "without: there is no key unsen. Did you mean unseen"),
        ('name = "base"', "name = 1", "name is a text"),
        ("schedule.steps", "schedule.step", r"\[schedule\]: there is no key step. Did you mean steps"),
    ]:
        plan.write_text(text.replace(old, new))
        with pytest.raises(ValueError, match=words):
            load_plan(str(plan))


def test_a_programme_stops_out_of_time_and_goes_on(
    plan: Path, data: Path, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["--data", str(data), "--cache", str(cache), "--threads", "1", "programme", str(plan), "--out", str(out)]
    command += ["--device", "cpu"]
    assert main([*command, "--time", "0"]) == 0
    assert "Out of time in base" in capsys.readouterr().out
    assert diary.read(out / "base")["step"] == 1
    assert not (out / "without").exists()
    assert main([*command]) == 2  # there is no judge in this data, so that the runs are made and the report is not
    said, wrong = capsys.readouterr()
    assert f"{out / 'base'} --resume" in said
    assert f"evaluate styles --run cuhk={out / 'without'}" in said
    assert f"no judge at {data / 'nets' / 'judge.onnx'}" in wrong
    assert [diary.read(out / name)["step"] for name in ("base", "without")] == [2, 3]
    assert main([*command]) == 2
    assert " train " not in capsys.readouterr().out  # nothing is trained twice


def test_a_run_begins_with_the_averaged_weights_of_its_parent(data: Path, cache: Path, tmp_path: Path) -> None:
    still = (("learning_rate = 4e-4", "learning_rate = 1e-30"), ("steps = 2", "steps = 1"))
    train = ["--data", str(data), "--cache", str(cache), "--threads", "1", "train", "--device", "cpu"]

    def run(name: str, recipe: Path, *more: str) -> int:
        return main([*train, str(recipe), "--run", str(tmp_path / name), *more])

    parent = written(tmp_path / "parent.toml")
    heir = written(tmp_path / "heir.toml", *still, ("seed = 1", "seed = 2"))
    assert run("orphan", heir, "--from", str(tmp_path / "nobody")) == 2
    assert run("parent", parent) == 0
    assert run("heir", heir, "--from", str(tmp_path / "parent")) == 0
    one, two = (torch.load(tmp_path / name / "ema.pt", weights_only=True) for name in ("parent", "heir"))
    assert all(torch.allclose(value, two[name], atol=1e-20) for name, value in one.items())


def test_an_artist_draws_before_the_run_that_learns_from_it(tmp_path: Path) -> None:
    said: list[list[str]] = []

    def command(arguments: list[str]) -> int:
        said.append(arguments)
        return 0

    runs = [PlannedRun("hand", "artist"), PlannedRun("faces", "pix2pix-small", artist="hand")]
    (tmp_path / "hand").mkdir()
    steps = load_recipe("artist").schedule.steps
    (tmp_path / "hand" / "about.json").write_text(f'{{"step": {steps}, "sessions": []}}')
    assert Programme(runs, tmp_path, ["--cache", "there"], ["--device", "cpu"]).run(command, say=lambda _: None) == 0
    assert said[0] == ["--cache", "there", "draw", "--run", str(tmp_path / "hand"), "--device", "cpu"]
    assert said[1][2:4] == ["train", str(tmp_path / "recipes" / "faces.toml")]


def test_a_restorer_learns_from_the_programmes_own_generator(tmp_path: Path) -> None:
    said: list[list[str]] = []

    def command(arguments: list[str]) -> int:
        said.append(arguments)
        return 0

    runs = [PlannedRun("faces", "pix2pix-small"), PlannedRun("sharper", "restorer-narrow", generator="faces")]
    done = tmp_path / "faces"
    done.mkdir()
    (done / "about.json").write_text(f'{{"step": {load_recipe("pix2pix-small").schedule.steps}, "sessions": []}}')
    assert Programme(runs, tmp_path, [], ["--device", "cpu"]).run(command, say=lambda _: None) == 0
    weights = ["--weights", str(tmp_path / "weights")]
    assert said[0] == ["ship", str(tmp_path / "recipes" / "faces.toml"), "--run", str(tmp_path / "faces"), *weights]
    assert said[1][:2] == ["train", str(tmp_path / "recipes" / "sharper.toml")]
    assert [part in said[1] for part in weights] == [True, True]
