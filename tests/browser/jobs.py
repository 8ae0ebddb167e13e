"""Render jobs in states that take a bad day to reach."""

from sqlalchemy import select

from app import jobs
from app.database import Database, transaction
from models import Account, Job, JobKind, JobState, Sketch


def put_render(records: Database, account: Account, state: JobState, reason: str = "") -> Job:
    """A render of the account's newest sketch, in this state."""
    with records.session() as db:
        newest = select(Sketch).where(Sketch.owner_id == account.id).order_by(Sketch.created_at.desc())
        sketch = db.scalars(newest).first()
        assert sketch is not None
        params = {"engine": "pix2pix", "seed": 0, "strength": 0.0, "eyes": None}
        with transaction(db):
            job = jobs.enqueue(db, JobKind.RENDER, sketch.id, account.id, params)
            # Written with its state in the same transaction: no worker sees it queued.
            job.state, job.reason = state, reason
        return job
