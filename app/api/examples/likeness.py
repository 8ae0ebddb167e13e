"""From a sketch to its likenesses; needs the package requests.

SEMBLANCE is the address of the installation, SEMBLANCE_TOKEN a token with the scopes
sketches:write, renders:read, renders:write and likenesses:read.
"""

import hashlib
import os
import time
from pathlib import Path
from typing import Any

import requests

BASE = os.environ["SEMBLANCE"]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['SEMBLANCE_TOKEN']}"


def ask(method: str, path: str, **what: Any) -> requests.Response:
    """An answer, after waiting where that helps. Raises HTTPError with what went wrong."""
    while True:
        answer = session.request(method, BASE + path, timeout=30, **what)
        if answer.ok:
            return answer
        if "Retry-After" not in answer.headers:
            raise requests.HTTPError(answer.json()["detail"], response=answer)
        time.sleep(int(answer.headers["Retry-After"]))


sketch_png = Path("sketch.png").read_bytes()
# With a key of your own a request can be sent again without being executed twice.
key = {"Idempotency-Key": hashlib.sha256(sketch_png).hexdigest()}
files = {"file": ("sketch.png", sketch_png)}
sketch = ask("POST", "/api/v1/sketches", files=files, data={"title": "Harbour"}, headers=key).json()

engine = ask("GET", "/api/v1/engines").json()["items"][0]
wish = {"engine": engine["name"], "candidates": 2}
answer = ask("POST", f"/api/v1/sketches/{sketch['id']}/renders", json=wish)
while (render := answer.json())["state"] in ("queued", "running"):
    time.sleep(int(answer.headers["Retry-After"]))
    answer = ask("GET", render["links"]["self"])

for likeness in render["likenesses"]:
    Path(f"{likeness['id']}.png").write_bytes(ask("GET", f"{likeness['href']}/image").content)
    Path(f"{likeness['id']}.json").write_bytes(ask("GET", f"{likeness['href']}/provenance").content)
