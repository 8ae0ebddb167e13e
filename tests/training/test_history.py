"""What weights have seen counts with everything that they began with, back to random ones."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.weights import Checkpoint
from tests.training.recipes import tiny, written
from training.__main__ import main
from training.data import Prepared
from training.engine import diary
from training.evaluation.runs import Model
from training.evaluation.unseen import named_runs
from training.history import UNKNOWN, Seen, beginning_of, seen_by_run, seen_by_weights, seen_in
from training.recipe import load_recipe

STYLES = ("fs2k/style0", "fs2k/style1", "cuhk")
ARTISTS = 'leave_out = ["fs2k/style0"]\n'


def older(folder: Path, command: str, top: str = ARTISTS, real_share: str = "0.5") -> Path:
    """A run folder of before `began` was written down, begun by the command."""
    folder.mkdir(parents=True)
    written(folder / "recipe.toml", ("real_share = 0.5", f"real_share = {real_share}"), top=top)
    counts = {"photos": {"fs2k": 9, "cuhk": 3}, "sketches": {"fs2k": 9, "cuhk": 3}}
    (folder / "about.json").write_text(json.dumps({"data": counts, "sessions": [{"command": command}]}))
    return folder


def saw(folder: Path) -> list[str]:
    model = Model("x", seen_by_run(folder))
    return [model.saw(style) for style in STYLES]


def test_of_an_older_run_the_command_says_with_what_it_began(tmp_path: Path) -> None:
    base = older(tmp_path / "base", "__main__.py train base.toml --run base --time 9", top="", real_share="0.0")
    artists = older(tmp_path / "artists", f"__main__.py train a.toml --from {base}", top="")
    assert saw(base) == ["no: unseen"] * 3
    assert saw(artists) == ["yes"] * 3
    for start, expected in {
        f"train r.toml --run x --from {base}": ["no: unseen", "yes", "yes"],
        f"train r.toml --run x --from {artists}": ["yes"] * 3,
        f"train r.toml --from {tmp_path / 'moved-away'}": ["not recorded", "yes", "yes"],
        "train r.toml --fine-tune --run x": ["not recorded", "yes", "yes"],
        "train r.toml --fine": ["not recorded", "yes", "yes"],
        "train r.toml --resume --run x": ["not recorded", "yes", "yes"],
        "train r.toml --run x": ["no: unseen", "yes", "yes"],
    }.items():
        assert saw(older(tmp_path / start.replace("/", "-"), f"__main__.py {start}")) == expected


def test_an_older_run_has_seen_the_drawings_of_ones_own_sets(tmp_path: Path) -> None:
    run = older(tmp_path / "run", "__main__.py train r.toml", top='leave_out = ["fs2k", "other"]\n')
    about = diary.read(run)
    about["data"]["sketches"] |= {"own": 4, "other": 4}
    (run / diary.NAME).write_text(json.dumps(about))
    seen = seen_by_run(run)
    expected = {"own": True, "own/style1": True, "other": False, "fs2k/style1": False, "cuhk": True, "new": False}
    assert {style: seen.includes(style) for style in expected} == expected
    assert not Seen(drawings=frozenset({"fs2k", "fs2k/style1"})).includes("fs2k/style0")


def test_of_an_older_programme_the_plan_says_with_what_a_run_began(tmp_path: Path) -> None:
    command = "__main__.py --threads 2 programme styles --out runs/styles"
    older(tmp_path / "base", command, top="", real_share="0.0")
    run = older(tmp_path / "without-style0", command)
    assert saw(run) == ["no: unseen", "yes", "yes"]
    assert beginning_of(run).name == "base"
    for name, words in {"moon": command, "without-style1": command.replace("styles", "gone.toml")}.items():
        assert saw(older(tmp_path / name, words)) == ["not recorded", "yes", "yes"]


def test_a_run_that_draws_no_artists_pair_has_seen_none(prepared: Prepared, tmp_path: Path) -> None:
    some, none = (("real_share = 0.5", f"real_share = {share}") for share in (0.5, 0.0))
    assert seen_in(prepared, tiny(tmp_path / "some.toml", some)).drawings == {"fs2k"}
    assert seen_in(prepared, tiny(tmp_path / "none.toml", none)).drawings == frozenset()


def test_a_run_has_seen_the_sets_that_its_batches_draw_from_and_no_others(prepared: Prepared) -> None:
    warped = [replace(f, photo_warp=np.eye(2, 3)) if f.set == "faker" else f for f in prepared.faces]
    restorer, finder = load_recipe("restorer-narrow"), load_recipe("landmarks")
    degraded = replace(restorer, table=restorer.table | {"drawn": {"made": 0.5}})
    assert seen_in(prepared, restorer).photos == {"faker", "fs2k"}  # the photos of 512 px, and the artists' pairs
    assert seen_in(prepared, degraded).photos == {"faker"}
    assert seen_in(prepared, finder).photos == {"faker", "fs2k"}
    assert seen_in(replace(prepared, faces=warped), finder).photos == {"fs2k"}
    assert seen_in(prepared, load_recipe("artist")).photos == {"fs2k"}


def test_weights_say_nothing_of_what_they_began_with() -> None:
    def named(name: str) -> Seen:
        return seen_by_weights(Checkpoint(name, "pix2pix", Path(), "", {}, "", "", ""))

    assert Model("x", named("pix2pix-small")).saw("cuhk") == "yes"
    assert Model("x", named("open")).saw("cuhk") == "not recorded"
    assert not named("open").open
    assert named("own") == UNKNOWN == seen_by_weights(None)


def test_a_run_writes_down_with_what_it_began(data: Path, cache: Path, tmp_path: Path) -> None:
    train = ["--data", str(data), "--cache", str(cache), "--threads", "1", "train", "--device", "cpu"]
    made = (("real_share = 0.5", "real_share = 0.0"), ("steps = 2", "steps = 1"))
    drawn, traced = written(tmp_path / "drawn.toml", ("steps = 2", "steps = 1")), written(tmp_path / "made.toml", *made)
    assert main([*train, str(drawn), "--run", str(tmp_path / "artists")]) == 0
    assert main([*train, str(traced), "--run", str(tmp_path / "heir"), "--from", str(tmp_path / "artists")]) == 0
    about = diary.read(tmp_path / "heir")
    assert (about["began"]["kind"], about["began"]["name"]) == ("run", "artists")
    assert about["began"]["sha256"] == diary.digest(tmp_path / "artists" / "ema.pt")
    assert about["began"]["saw"]["drawings"] == about["saw"]["drawings"] == ["fs2k"]
    longer = written(tmp_path / "longer.toml", made[0])
    assert main([*train, str(longer), "--run", str(tmp_path / "heir"), "--resume"]) == 0
    again = diary.read(tmp_path / "heir")
    assert (again["step"], again["began"], again["saw"]) == (2, about["began"], about["saw"])


def test_a_style_that_the_beginning_saw_is_not_unseen(tmp_path: Path) -> None:
    artists = older(tmp_path / "artists", "__main__.py train a.toml", top="")
    heir = older(tmp_path / "heir", f"__main__.py train h.toml --from {artists}", top='leave_out = ["cuhk"]\n')
    with pytest.raises(ValueError, match="was trained on cuhk"):
        named_runs([f"cuhk={heir}"])


def test_other_data_are_learned_from_only_when_that_is_said(
    data: Path, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = ["--data", str(data), "--cache", str(cache), "--threads", "1", "train", "--device", "cpu"]
    short, longer = written(tmp_path / "short.toml", ("steps = 2", "steps = 1")), written(tmp_path / "longer.toml")
    run = ["--run", str(tmp_path / "run")]
    assert main([*train, str(short), *run]) == 0
    about = diary.read(tmp_path / "run")
    now = about["data"]["manifest_sha256"]
    about["sessions"][-1]["manifest_sha256"] = "of another cache"
    (tmp_path / "run" / diary.NAME).write_text(json.dumps(about))
    assert main([*train, str(longer), *run, "--resume"]) == 2
    assert "--other-data" in capsys.readouterr().err
    assert main([*train, str(longer), *run, "--resume", "--other-data"]) == 0
    hashes = [session["manifest_sha256"] for session in diary.read(tmp_path / "run")["sessions"]]
    assert hashes == ["of another cache", now]
