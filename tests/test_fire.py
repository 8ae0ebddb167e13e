"""A short drill with the real product: everything that fails does so at least once, and everything holds."""

from pathlib import Path

import pytest

from benchmarks.fire.drill import run_drill
from benchmarks.fire.trouble import Plan

SHORT = Plan(
    kill_every=(1.0, 3.0),
    long_absence=3.0,
    flush_every=1.0,
    database_away=4.0,
    database_after_share=0.2,
)


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.cloud
def test_everything_holds_under_fire(tmp_path: Path) -> None:
    report = run_drill(tmp_path, sketches=24, clients=4, seed=2, plan=SHORT)
    assert report.faults == []
    assert report.worker_kills
    assert report.queue_flushes
    assert report.bucket_faults
    assert report.seconds_from_database_back_to_first_success is not None
    assert report.answers_while_the_database_was_away.get(503)
    assert report.requests_given_up_and_repeated
