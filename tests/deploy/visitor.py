"""A person at a browser, over HTTP, with several web servers that belong to one installation."""

import re
import threading
import time

import requests

from app.supervisor.__main__ import answers
from tests.people import PASSWORD
from tests.servers import wait_until

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """``bases`` are addresses without a slash at their end. Every answer's status is kept."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.statuses: list[tuple[str, int]] = []

    def get(self, url: str) -> requests.Response:
        answer = self.session.get(url, timeout=30, allow_redirects=False)
        self.statuses.append((url, answer.status_code))
        return answer

    def post(self, url: str, form: str, fields: dict[str, str], file: bytes | None = None) -> requests.Response:
        """Send the form that is on the page ``form``."""
        token = TOKEN.search(self.get(form).text)
        assert token, f"no form at {form}"
        files = {"files": ("sketch.png", file, "image/png")} if file else None
        data = {"csrf_token": token[1], **fields}
        answer = self.session.post(url, data=data, files=files, timeout=60, allow_redirects=False)
        self.statuses.append((url, answer.status_code))
        return answer

    def begin(self, link: str) -> None:
        """Make the first account and sign in."""
        person = {"email": "person1@example.org", "name": "Person 1", "password": PASSWORD, "repeat": PASSWORD}
        assert self.post(link, link, person).status_code == 303

    def upload(self, base: str, drawing: bytes) -> str:
        """The new sketch's path."""
        answer = self.post(f"{base}/sketches/new", f"{base}/sketches/new", {}, drawing)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def ask(self, base: str, sketch: str, seed: int) -> None:
        fields = {"engine": "pix2pix", "seed": str(seed)}
        assert self.post(f"{base}{sketch}/render", f"{base}{sketch}", fields).status_code == 303

    def likenesses(self, base: str, sketch: str) -> dict[int, str]:
        """Path of each picture by its seed."""
        found = self.get(f"{base}{sketch}/status.json").json()
        return {one["seed"]: one["urls"]["image"] for one in found["likenesses"]}

    def wait_for(self, base: str, sketch: str, seed: int) -> bytes:
        """The picture, once it has been made."""
        wait_until(lambda: seed in self.likenesses(base, sketch), 240, f"the likeness of seed {seed}")
        answer = self.get(base + self.likenesses(base, sketch)[seed])
        assert answer.status_code == 200
        return answer.content


class Watch:
    """Asks the web servers for pages all the time, beside everything else."""

    def __init__(self, visitor: Visitor, path: str) -> None:
        self.bases: list[str] = []
        self.statuses: list[tuple[str, int]] = []
        self._visitor, self._path = visitor, path
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._done.wait(0.1):
            for base in list(self.bases):
                for path in ("/sketches", self._path):
                    began = time.monotonic()
                    cookies = self._visitor.session.cookies.get_dict()
                    try:
                        status = requests.get(
                            base + path, cookies=cookies, timeout=30, allow_redirects=False
                        ).status_code
                    except requests.RequestException:
                        status = 0
                    took = time.monotonic() - began
                    self.statuses.append((f"{base}{path} after {took:.1f} s", status))


def wait_for_answer(port: int) -> None:
    wait_until(lambda: answers("127.0.0.1", port), 240, "the first answer")
