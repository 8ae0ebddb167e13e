"""Whoever deletes a case is killed at every step: the next to come finishes it, or it never happened."""

import signal
import subprocess
import sys

import pytest
from sqlalchemy import select

from app import sweep
from app.retention import deletion, removal
from app.retention.reach import reach
from app.settings import ROOT
from models import Case, CustodyEntry, DeletionRequest, ObjectRemoval, utc_now
from tests.app.exchange.cases import Office, full_case
from tests.app.retention.removal_process import LATER, MOMENTS
from tests.live import environment


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_deletion_killed_anywhere_is_whole_in_the_end(north: Office, moment: str) -> None:
    case, kept = full_case(north).id, full_case(north, "2026-00002", drawing=2).id
    keys = reach(north.db, case).keys
    request = deletion.ask(north.db, north.supervisor, case, "The time has run out.")
    command = [sys.executable, "-m", "tests.app.retention.removal_process", moment, str(request.id), north.other.email]
    environ = environment(north.settings.var, DATABASE_URL=north.settings.database_url)
    died = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    north.db.rollback()
    if moment == MOMENTS[0]:
        assert north.db.get(Case, case) is not None
        assert all(north.store.exists(key) for key in keys)
        deletion.approve(north.db, north.other, request.id)
    assert north.db.get(Case, case, populate_existing=True) is None
    removal.carry_out(north.database, north.store, utc_now() + LATER)
    north.db.rollback()
    assert north.db.get_one(DeletionRequest, request.id).finished_at is not None
    assert north.db.scalars(select(ObjectRemoval)).all() == []
    named = set(sweep.named_keys(north.db))
    assert {key for key in keys if north.store.exists(key)} == keys & named != keys
    assert sweep.survey(north.database, north.store, now=utc_now() + 2 * LATER).clean
    actions = list(north.db.scalars(select(CustodyEntry.action).where(CustodyEntry.object_id == case)))
    assert actions.count("case.deleted") == 1
    assert north.db.get(Case, kept) is not None
