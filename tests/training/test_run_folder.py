"""A run folder says by what a run was trained, and refuses to go on as another."""

import hashlib
import json
import time
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.training.recipes import tiny
from tests.training.test_loop import PREVIEW, Fit, Steps, rows
from training.data import Prepared
from training.engine import diary
from training.engine.diary import Diary
from training.engine.folder import RunFolder
from training.engine.ranks import Ranks
from training.engine.reporter import Meter
from training.engine.run import Options, Run
from training.engine.schedule import Schedule
from training.history import UNKNOWN, Beginning, Seen
from training.ship import ship
from training.start import refuse_another_recipe


def test_about_says_code_data_machine_and_hours_of_every_start(
    prepared: Prepared, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_800_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    data = diary.describe(prepared, cache)
    manifest = cache / "manifest.jsonl"
    assert data["manifest_sha256"] == hashlib.sha256(manifest.read_bytes()).hexdigest()
    assert data["photos"] == {"fs2k": 4, "faker": 4}
    assert data["sketches"] == {"fs2k": 4}
    for start, (hours, step) in enumerate([(0.5, 10), (1.25, 40)]):
        book = Diary(tmp_path, data | {"manifest_sha256": str(start)}, start + 1, {"began": 0} if start == 0 else {})
        now[0] += 1800 * hours
        book.write(step - 1)
        now[0] += 1800 * hours
        book.write(step)
    about = diary.read(tmp_path)
    assert (about["step"], about["hours"], about["began"]) == (40, 1.75, 0)
    assert about["data"] == data | {"manifest_sha256": "1"}
    assert [(s["to_step"], s["hours"], s["machine"]["processes"], s["manifest_sha256"]) for s in about["sessions"]] == [
        (10, 0.5, 1, "0"),
        (40, 1.25, 2, "1"),
    ]
    session = about["sessions"][0]
    assert session["code"].startswith("0.")
    assert session["machine"]["torch"] == torch.__version__
    assert session["started"] == "2027-01-15T08:00:00+00:00"
    assert session["ended"] == "2027-01-15T08:30:00+00:00"


def test_a_run_goes_on_by_its_own_recipe_or_a_longer_one(tmp_path: Path) -> None:
    begun = tiny(tmp_path / "begun.toml")
    refuse_another_recipe(begun, begun)
    refuse_another_recipe(begun, tiny(tmp_path / "longer.toml", ("steps = 2", "steps = 9")))
    with pytest.raises(ValueError, match=r"these differ: schedule\.steps\. "):
        refuse_another_recipe(begun, tiny(tmp_path / "shorter.toml", ("steps = 2", "steps = 1")))
    changes = (("l1 = 30.0", "l1 = 31.0"), ("seed = 1\n", "seed = 2\n"), ("steps = 2", "steps = 9"))
    other = tiny(tmp_path / "other.toml", *changes, top='leave_out = ["cuhk"]\n')
    with pytest.raises(ValueError, match=r"these differ: leave_out, seed, weights\.l1\. "):
        refuse_another_recipe(begun, other)


def test_tensors_are_read_when_they_are_asked_for_and_averaged_over_their_steps() -> None:
    meter, ranks = Meter(), Ranks(torch.device("cpu"))
    weight = torch.tensor(2.0, requires_grad=True)
    meter.add({"l1": weight * 1, "d": 4.0})
    meter.add({"l1": weight * 2})
    assert meter.take(ranks) == {"l1": 3.0, "d": 4.0}
    assert meter.take(ranks) == {}


def test_a_run_stops_when_its_time_is_up_and_goes_on_bit_by_bit(tmp_path: Path) -> None:
    schedule = Schedule(steps=6, warmup=3, log_every=2, save_every=3, ema=0.9)
    Run(tmp_path / "straight", Fit(), schedule, seed=1).train(Steps(), PREVIEW)
    first = Run(tmp_path / "timed", Fit(), schedule, seed=1)
    first.train(Steps(), PREVIEW, Options(minutes=0))
    assert first.step == 1
    assert rows(tmp_path / "timed")[-1]["step"] == 1
    again = Run(tmp_path / "timed", Fit(), schedule, seed=1)
    again.resume()
    again.train(Steps(), PREVIEW, Options(minutes=60))
    ends = [torch.load(tmp_path / name / "ema.pt", weights_only=True) for name in ("straight", "timed")]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_tensorboard_gets_every_scalar_and_the_grid(tmp_path: Path) -> None:
    schedule = Schedule(steps=4, warmup=1, log_every=2, save_every=4)
    Run(tmp_path, Fit(), schedule, seed=1).train(Steps(), PREVIEW, Options(tensorboard=True))
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    logged = rows(tmp_path)
    assert [(event.step, event.value) for event in events.Scalars("fit")] == [
        (row["step"], row["fit"]) for row in logged
    ]
    assert "noise" in events.Tags()["scalars"]
    assert [(image.step, image.width, image.height) for image in events.Images("grid")] == [(4, 4, 4)]


def test_shipped_weights_name_the_sets_that_the_run_learned_from(tmp_path: Path) -> None:
    from inference.manifest import MANIFEST, read_entries

    recipe = tiny(tmp_path / "tiny.toml", top='terms = "open"\n')
    torch.save({"weight": torch.zeros(1)}, tmp_path / "ema.pt")
    about = {"data": {"photos": {"webmorph": 3, "own": 2}}, "began": Beginning().as_json()}

    def shipped(**more: object) -> dict[str, str]:
        (tmp_path / "about.json").write_text(json.dumps(about | more))
        ship(tmp_path, recipe, 0.0, tmp_path / "weights")
        return read_entries(tmp_path / "weights" / MANIFEST)["tiny"]

    entry = shipped()
    assert entry["data"] == "train splits of webmorph (CC BY 4.0, Lisa DeBruine and Benedict Jones), own"
    assert "open terms" in entry["terms"]
    assert entry["origin"] == "python -m training train tiny"
    research = Seen(photos=frozenset({"scut"}), open=False)
    entry = shipped(began=Beginning("run", "base", "0" * 64, research).as_json())
    assert entry["data"].endswith("own, SCUT-FBP5500")
    assert "open terms" not in entry["terms"]
    assert entry["origin"] == "python -m training train tiny --from base"
    entry = shipped(began=Beginning("weights", "small", "12" * 32, UNKNOWN).as_json())
    assert "open terms" not in entry["terms"]
    assert entry["origin"] == "python -m training train tiny --fine-tune, from small (sha256 121212121212)"


def test_a_line_that_was_torn_off_does_not_keep_a_run_from_going_on(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for step in (1, 2, 3):
        folder.log({"step": step})
    (tmp_path / "log.jsonl").write_text((tmp_path / "log.jsonl").read_text() + '{"step": 4, "l')
    folder.trim_log(2)
    assert [row["step"] for row in rows(tmp_path)] == [1, 2]


def test_tensorboard_forgets_what_came_after_the_state_that_a_run_goes_on_from(tmp_path: Path) -> None:
    schedule = Schedule(steps=4, warmup=1, log_every=1, save_every=2)
    with pytest.raises(OSError, match="archive is gone"):
        Run(tmp_path, Fit(), schedule, seed=1).train(Steps(gone=5 - 2), PREVIEW, Options(tensorboard=True))
    again = Run(tmp_path, Fit(), schedule, seed=1)
    again.resume()
    assert again.step == 2
    again.train(Steps(), PREVIEW, Options(tensorboard=True))
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [event.step for event in events.Scalars("fit")] == [1, 2, 3, 4]
