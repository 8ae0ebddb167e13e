"""A bucket of the Cloud Storage emulator behind a wire that records, keeps the bucket's promises and can fail.

The emulator ignores preconditions; the wire holds requests to them as the real bucket does. Asked to, it loses
requests and answers, or holds them until it is told to let go.
"""

import http.client
import json
import random
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import requests

OBJECT = re.compile(r"/storage/v1/b/[^/]+/o/(?P<name>[^/?]+)$")
NAMED = re.compile(rb'"name":\s*"([^"]+)"')
FAILED = json.dumps({"error": {"code": 412, "message": "A precondition does not hold."}}).encode()
Answer = tuple[int, bytes]
FAULTS = ("refused", "busy", "cut before", "cut after", "cut within")


@dataclass
class Seen:
    """A request as it came over the wire, and how it was answered (0: not, or not wholly). Its headers' names are
    in small letters."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int = 0

    @property
    def uploads(self) -> bool:
        return self.method in ("POST", "PUT") and self.path.startswith("/upload/")

    @property
    def begins_upload(self) -> bool:
        return self.uploads and "upload_id" not in self.query


@dataclass
class Bucket:
    """``url`` is what STORAGE_URL says, ``wire`` what STORAGE_EMULATOR_HOST says."""

    name: str
    wire: str
    emulator: str
    seen: list[Seen] = field(default_factory=list)
    failing: float = 0.0
    """The share of requests that a fault strikes."""
    on_request: Callable[[str, str], Answer | None] = lambda *_: None
    """Called with the method and path of each request before it is passed on; may hold it, or answer it itself."""
    on_upload: Callable[[bytes], bytes] = lambda body: body
    on_download: Callable[[bytes], bytes] = lambda data: data
    """May alter what goes over the wire."""
    fault: str = ""
    """The one to strike with; any when empty."""
    faults: int = 0
    busy: int = 0
    """Requests that are being answered."""
    chance: random.Random = field(default_factory=lambda: random.Random(20))
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def url(self) -> str:
        return f"gs://{self.name}"

    @property
    def environ(self) -> dict[str, str]:
        return {"STORAGE_URL": self.url, "STORAGE_EMULATOR_HOST": self.wire}

    def uploads(self) -> list[Seen]:
        """The requests that began an upload and were granted."""
        return [one for one in self.seen if one.begins_upload and one.status == 200]

    def downloads(self) -> list[Seen]:
        """The requests that brought an object."""
        return [one for one in self.seen if one.path.startswith("/download/") and one.status == 200]

    def names(self) -> set[str]:
        """What is in the bucket, asked of the emulator itself."""
        listed = requests.get(f"{self.emulator}/storage/v1/b/{self.name}/o", timeout=60).json()
        return {item["name"] for item in listed["items"]}

    def describe(self, name: str) -> dict[str, Any] | None:
        answer = requests.get(self._address(name), timeout=60)
        found: dict[str, Any] | None = answer.json() if answer.ok else None
        return found

    def overwrite(self, name: str, data: bytes) -> None:
        """Behind the application's back."""
        address = f"{self.emulator}/upload/storage/v1/b/{self.name}/o?uploadType=media&name={quote(name, safe='')}"
        requests.post(address, data, headers={"Content-Type": "text/plain"}, timeout=60).raise_for_status()

    def delete(self, name: str) -> None:
        """Behind the application's back."""
        requests.delete(self._address(name), timeout=60).raise_for_status()

    def _address(self, name: str) -> str:
        return f"{self.emulator}/storage/v1/b/{self.name}/o/{quote(name, safe='')}"

    def strike(self) -> str:
        """The fault that meets the next request, or nothing."""
        with self.lock:
            if self.chance.random() >= self.failing:
                return ""
            self.faults += 1
            return self.fault or self.chance.choice(FAULTS)

    def holds(self, method: str, path: str, query: dict[str, str], body: bytes) -> bool:
        """Whether the preconditions of a request are true now."""
        wanted = {
            name: value for name, value in query.items() if name in ("ifGenerationMatch", "ifMetagenerationMatch")
        }
        if not wanted or "upload_id" in query:  # a resumed upload was looked at when it began
            return True
        found = OBJECT.match(path) or NAMED.search(body)
        assert found, f"{method} {path} has a precondition on nothing"
        name = found[1].decode() if isinstance(found[1], bytes) else unquote(found[1])
        now = self.describe(name) or {"generation": "0", "metageneration": "0"}
        known = {"ifGenerationMatch": now["generation"], "ifMetagenerationMatch": now["metageneration"]}
        return all(known[name] == value for name, value in wanted.items())


class _Wire(BaseHTTPRequestHandler):
    bucket: Bucket
    seen: Seen

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen = Seen(self.command, parts.path, query, headers, body)
        self.bucket.seen.append(self.seen)
        with self.bucket.lock:
            self.bucket.busy += 1
        try:
            self._answer(parts.path, query, body)
        finally:
            with self.bucket.lock:
                self.bucket.busy -= 1

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815

    def _answer(self, path: str, query: dict[str, str], body: bytes) -> None:
        own = self.bucket.on_request(self.command, path)
        if own is not None:
            return self._send(own[0], {"Content-Type": "application/json"}, own[1])
        fault = self.bucket.strike()
        if fault == "cut before":
            return None
        if fault in ("refused", "busy"):
            return self._send(503 if fault == "refused" else 429, {}, b"{}")
        with self.bucket.lock:
            if not self.bucket.holds(self.command, path, query, body):
                return self._send(412, {"Content-Type": "application/json"}, FAILED)
            status, headers, data = self._ask(self.bucket.on_upload(body) if path.startswith("/upload/") else body)
        if path.startswith("/download/"):
            data = self.bucket.on_download(data)
        if fault == "cut after":
            return None
        return self._send(status, headers, data, len(data) // 2 if fault == "cut within" else len(data))

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.bucket.emulator).netloc, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return found

    def _send(self, status: int, headers: dict[str, str], data: bytes, most: int | None = None) -> None:
        self.seen.status = status if most in (None, len(data)) else 0
        try:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "date", "server", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[:most])
        except OSError:
            self.seen.status = 0  # the asker has died

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: what came is in ``seen``."""


@contextmanager
def wired_bucket(emulator: str) -> Iterator[Bucket]:
    """A new bucket of this emulator, and the wire to it on a port of its own."""
    name = f"test-{secrets.token_hex(6)}"
    requests.post(f"{emulator}/storage/v1/b", json={"name": name}, timeout=60).raise_for_status()
    handler = type("Wire", (_Wire,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        made = Bucket(name, f"http://127.0.0.1:{server.server_address[1]}", emulator)
        handler.bucket = made  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
