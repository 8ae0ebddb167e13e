"""One drill: start, trouble, end, verdict."""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import requests
import torch

from app.database import Database
from app.handlers import Wish
from app.worker import PipelineRenderer
from benchmarks.fire.checks import Evidence, cost_of_kills, faults
from benchmarks.fire.clients import Client
from benchmarks.fire.installation import THREADS, Installation, installation
from benchmarks.fire.trouble import Plan, trouble
from imaging.decode import decode_image
from imaging.encode import encode_png
from imaging.sketcher import draw_sketch
from inference.pipeline import Pipeline
from tests.people import PASSWORD, add_person, quick_hashes

SETTLED = 0.5
"""Seconds around the database's going and coming whose answers may be either."""
TIME_LIMIT = 540.0
"""Seconds after which clients give up; the drill has then failed."""


@dataclass(frozen=True)
class Report:
    sketches: int
    clients: int
    seconds: float
    median_seconds_per_sketch: float
    answers: dict[int, int]
    """By status; 0: none came."""
    answers_while_the_database_was_away: dict[int, int]
    seconds_from_database_back_to_first_success: float | None
    worker_kills: int
    kills_that_met_a_job: int
    median_seconds_that_a_kill_cost: float
    queue_flushes: int
    bucket_faults: int
    requests_given_up_and_repeated: int
    repeats_answered_from_the_record: int
    faults: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        return f"{len(self.faults)} things went wrong." if self.faults else "Everything held."


def run_drill(folder: Path, sketches: int, clients: int, seed: int, plan: Plan | None = None) -> Report:
    """The drill with so many sketches among so many clients. Takes minutes; see the module's docstring."""
    drawings = [encode_png(draw_sketch(1000 * seed + n, size=320).image) for n in range(sketches)]
    expected = _faces(drawings)
    with installation(folder) as fire:
        people = _clients(fire, drawings, clients)
        webs = [machine.web.pid for machine in fire.machines]
        began = time.monotonic()
        threads = [threading.Thread(target=client.run) for client in people]
        for thread in threads:
            thread.start()
        ended = lambda: not any(thread.is_alive() for thread in threads)  # noqa: E731
        diary = trouble(fire, plan or Plan(), ended, lambda: _share(people, sketches), seed)
        seconds = time.monotonic() - began
        still = all(_ready(machine.url) and machine.web.poll() is None for machine in fire.machines)
        evidence = Evidence(
            people,
            diary,
            expected,
            frozenset(fire.bucket.names()),
            still and webs == [machine.web.pid for machine in fire.machines],
        )
        return _report(fire, evidence, seconds)


def _faces(drawings: Sequence[bytes]) -> dict[str, str]:
    """What each drawing makes when nothing disturbs: sha256 of the sketch -> sha256 of its face."""
    torch.set_num_threads(THREADS)
    renderer, found = PipelineRenderer(Pipeline.load(device="cpu")), {}
    for drawing in drawings:
        sent = hashlib.sha256(drawing).hexdigest()
        wish = Wish("pix2pix", 0, _strength(renderer), None, sent)
        found[sent] = hashlib.sha256(renderer.render(decode_image(drawing).image, wish).png).hexdigest()
    if len(set(found.values())) != len(drawings):
        raise ValueError("Two drawings make the same face: the drill could not tell them apart.")
    return found


def _strength(renderer: PipelineRenderer) -> float:
    return float(renderer.describe()["engines"][0]["default_strength"])


def _clients(fire: Installation, drawings: list[bytes], count: int) -> list[Client]:
    urls = [machine.url for machine in fire.machines]
    database = Database(fire.settings.database_url)
    with quick_hashes(), database.session() as db:
        emails = [add_person(db, f"client{n}@example.org", f"Client {n}").email for n in range(count)]
    database.close()
    until = time.monotonic() + TIME_LIMIT
    return [Client(email, PASSWORD, urls, drawings[n::count], 0.2, n, until) for n, email in enumerate(emails)]


def _share(people: Sequence[Client], sketches: int) -> float:
    return sum(len(client.outcomes) for client in people) / sketches


def _ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=10).ok
    except requests.RequestException:
        return False


def _report(fire: Installation, evidence: Evidence, seconds: float) -> Report:
    database = Database(fire.settings.database_url)
    with database.session(read_only=True) as db:
        met, cost = cost_of_kills(db, evidence.diary)
        wrong = faults(db, evidence)
    database.close()
    answers = [answer for client in evidence.clients for answer in client.answers]
    times = [outcome.seconds for client in evidence.clients for outcome in client.outcomes]
    went, back = evidence.diary.away or (0.0, 0.0)
    after = [answer.at - back for answer in answers if back and answer.at > back and answer.status in (200, 303)]
    # A request may have been on its way when the database went: what counts is what came well after.
    away = Counter(answer.status for answer in answers if went + SETTLED < answer.at < back - SETTLED)
    if back and set(away) - {0, 503}:
        wrong.append(f"While the database was away there were other answers than 503: {dict(away)}.")
    if not back:
        wrong.append("The database was never stopped: too few sketches.")
    return Report(
        sketches=len(evidence.expected),
        clients=len(evidence.clients),
        seconds=round(seconds, 1),
        median_seconds_per_sketch=round(median(times), 2) if times else 0.0,
        answers=dict(sorted(Counter(answer.status for answer in answers).items())),
        answers_while_the_database_was_away=dict(sorted(away.items())),
        seconds_from_database_back_to_first_success=round(min(after), 2) if after else None,
        worker_kills=len(evidence.diary.kills),
        kills_that_met_a_job=met,
        median_seconds_that_a_kill_cost=round(cost, 2),
        queue_flushes=evidence.diary.flushes,
        bucket_faults=fire.bucket.faults,
        requests_given_up_and_repeated=sum(answer.what.endswith("given up") for answer in answers),
        repeats_answered_from_the_record=sum(client.replays for client in evidence.clients),
        faults=wrong,
    )
