"""An investigator's work as the tests of the pages need it: sketches, and jobs in every state."""

import re
import uuid
from dataclasses import dataclass
from html import unescape

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import workers
from app.database import transaction
from models import Account, Job, JobKind, JobState, Likeness, Sketch
from tests.app.drawings import drawing_png
from tests.app.renderers import CAPABILITIES
from tests.app.web import Browser, work


@dataclass
class Desk:
    app: Flask
    db: Session
    account: Account
    browser: Browser

    def add(self, title: str = "Harbour", seed: int = 1, **fields: str) -> Sketch:
        """Hand in a sketch by the form, without anything being done with it yet."""
        answer = self.browser.upload(drawing_png(seed), f"{title}.png", title=title, **fields)
        assert answer.status_code == 303, answer.text
        return self.sketch(answer.headers["Location"])

    def sketch(self, address: str) -> Sketch:
        self.db.rollback()
        found = self.db.get(Sketch, uuid.UUID(address.rstrip("/").rpartition("/")[2]))
        assert found is not None
        return found

    def worker(self) -> None:
        """A worker is there, but does nothing."""
        workers.register(self.db, "here", "1", CAPABILITIES)

    def work(self) -> None:
        """A worker does everything that is queued."""
        work(self.app)

    def render(self, sketch: Sketch, **fields: str) -> str:
        """Ask for a likeness by the form; the answer's page."""
        filled = {"engine": "pix2pix", "seed": "0", "strength": "0.25", **fields}
        answer = self.browser.post(f"/sketches/{sketch.id}/render", filled)
        assert answer.status_code == 303, answer.text
        return self.page(sketch)

    def page(self, sketch: Sketch, query: str = "") -> str:
        answer = self.browser.get(f"/sketches/{sketch.id}{query}")
        assert answer.status_code == 200
        return answer.text

    def jobs(self, sketch: Sketch, kind: JobKind = JobKind.RENDER) -> list[Job]:
        self.db.rollback()
        query = select(Job).where(Job.subject_id == sketch.id, Job.kind == kind)
        return list(self.db.scalars(query.order_by(Job.created_at)))

    def likenesses(self, sketch: Sketch) -> list[Likeness]:
        self.db.rollback()
        return list(self.db.scalars(select(Likeness).where(Likeness.sketch_id == sketch.id)))

    def put(self, job: Job, state: JobState, reason: str = "") -> None:
        """Put a job into a state that takes a bad day to reach."""
        with transaction(self.db):
            job.state, job.reason = state, reason

    def lose_eyes(self, sketch: Sketch) -> None:
        """As if no face had been found."""
        with transaction(self.db):
            sketch.found_eyes, sketch.found_method = None, "centred"


def words(page: str) -> str:
    """What a page says, without its tags and in single spaces."""
    text = unescape(re.sub(r"<[^>]*>", " ", page))
    return re.sub(r" ([,.:;])", r"\1", " ".join(text.split()))
