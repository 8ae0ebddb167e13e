"""Clients as they are: each uploads its sketches, asks for a likeness of each, and looks at what it gets.

They try again with the same idempotency key whenever an answer does not come or says "later", and some lose their
patience before an answer could come, so that the same request arrives twice.
"""

import hashlib
import random
import re
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import requests

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
LATER = (0, 429, 502, 503)
"""No answer, too many, or not now."""
PAUSE = 0.25


class ClientLost(Exception):
    """A client met an answer that trying again does not mend."""


@dataclass(frozen=True)
class Answer:
    """``at`` is the wall clock when it came; status 0: there was none."""

    what: str
    status: int
    at: float
    body: str = ""


@dataclass(frozen=True)
class Outcome:
    """One sketch's way: what was handed in, and the face that came back."""

    sketch_id: str
    uploaded_sha256: str
    image_sha256: str
    seconds: float


@dataclass
class Client:
    """One account at one browser. ``urls`` are the web servers, taken in turn."""

    email: str
    password: str
    urls: list[str]
    drawings: list[bytes]
    patience: float
    seed: int
    give_up_at: float
    answers: list[Answer] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    replays: int = 0
    failure: str = ""

    def run(self) -> None:
        try:
            self._live()
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"

    def _live(self) -> None:
        self._chance = random.Random(self.seed)
        self._session = requests.Session()
        self._turn = self.seed
        page = self._ask("sign in", "GET", "/sign-in", want=200)
        fields = {"email": self.email, "password": self.password, "csrf_token": _token(page)}
        self._ask("sign in", "POST", "/sign-in", want=303, data=fields)
        self._csrf = _token(self._ask("account", "GET", "/account", want=200))
        for drawing in self.drawings:
            began = time.monotonic()
            sketch_id = self._upload(drawing)
            self._render(sketch_id)
            face = self._wait_for_face(sketch_id)
            sent, got = (hashlib.sha256(data).hexdigest() for data in (drawing, face))
            self.outcomes.append(Outcome(sketch_id, sent, got, time.monotonic() - began))

    def _upload(self, drawing: bytes) -> str:
        files = {"files": ("sketch.png", drawing, "image/png")}
        added = self._change("upload", "/sketches/new", 200, files=files).json()["added"]
        return str(added[0]["address"]).rpartition("/")[2]

    def _render(self, sketch_id: str) -> None:
        fields = {"engine": "pix2pix", "seed": "0"}
        self._change("render", f"/sketches/{sketch_id}/render", 303, data=fields)

    def _wait_for_face(self, sketch_id: str) -> bytes:
        while True:
            status = self._ask("status", "GET", f"/sketches/{sketch_id}/status.json", want=200).json()
            if status["likenesses"]:
                address = status["likenesses"][0]["urls"]["image"]
                return self._ask("image", "GET", address, want=200).content
            ended = [job for job in status["jobs"] if job["state"] in ("failed", "parked", "cancelled")]
            if ended:
                raise ClientLost(f"the render of {sketch_id} is {ended[0]['state']}: {ended[0]['reason']}")
            threading.Event().wait(PAUSE)

    def _change(self, what: str, path: str, want: int, **parts: object) -> requests.Response:
        """A change under a key of its own. Now and then the first asking is given up at once, and repeated."""
        headers = {"Idempotency-Key": str(uuid.uuid4()), "X-CSRF-Token": self._csrf, "Accept": "application/json"}
        if self._chance.random() < self.patience:
            self._once(f"{what}, given up", "POST", path, timeout=0.05, headers=headers, **parts)
        answer = self._ask(what, "POST", path, want=want, headers=headers, **parts)
        self.replays += "Idempotent-Replay" in answer.headers
        return answer

    def _ask(self, what: str, method: str, path: str, want: int, **parts: object) -> requests.Response:
        """Ask until there is the answer. Raises ClientLost for any other, and when time is up."""
        while time.monotonic() < self.give_up_at:
            answer = self._once(what, method, path, **parts)
            if answer is not None and answer.status_code == want:
                return answer
            if answer is not None and answer.status_code not in LATER:
                raise ClientLost(f"{what}: {answer.status_code} {answer.text[:300]}")
            threading.Event().wait(PAUSE)
        raise ClientLost(f"{what}: no answer in time")

    def _once(self, what: str, method: str, path: str, **parts: object) -> requests.Response | None:
        self._turn += 1
        address = self.urls[self._turn % len(self.urls)] + path
        try:
            asked = {"timeout": 20.0, "allow_redirects": False, **parts}
            answer = self._session.request(method, address, **asked)  # type: ignore[arg-type]
        except requests.RequestException:
            self.answers.append(Answer(what, 0, time.time()))
            return None
        broken = answer.text[:500] if answer.status_code >= 500 else ""
        self.answers.append(Answer(what, answer.status_code, time.time(), broken))
        return answer

    def tally(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)


def _token(page: requests.Response) -> str:
    found = TOKEN.search(page.text)
    if found is None:
        raise ClientLost("the page has no form")
    return found[1]
