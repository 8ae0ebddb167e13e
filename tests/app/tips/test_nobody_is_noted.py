"""Nothing that says where a tip came from is kept anywhere: not in the records, the objects, the queue, the log."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import text

from app.database import Database
from app.tips import keys
from models import Base
from tests.app.conftest import settings_for
from tests.app.tips.conftest import receipt_of
from tests.app.tips.server import serving

DIRECT, BROKEN = "127.9.87.65", "127.9.87.66"
FORWARDED = ("203.0.113.77", "2001:db8:77:78::79")
SAID = {
    "User-Agent": "Distinctive-Agent/7.77",
    "Referer": "https://distinctive.example/page",
    "X-Request-ID": "distinctive-request-77",
    "X-Real-IP": "198.51.100.177",
    "traceparent": "00-distinctive7777777777777777777777-7777777777777777-01",
    "Cookie": "distinctive=cookie77",
}
TEXTS = [
    *(one.encode() for one in (DIRECT, BROKEN, *FORWARDED, "2001:db8:77:78", *SAID.values())),
    b"istinctive",
]
NUMBERS = [
    *(socket.inet_aton(one) for one in (DIRECT, FORWARDED[0])),
    socket.inet_pton(socket.AF_INET6, FORWARDED[1]),
]


class From(HTTPAdapter):
    """Connects from an address of its own."""

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, source_address=(DIRECT, 0), **kwargs)  # type: ignore[arg-type]


def kept(database: Database, var: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that is anywhere, and where."""
    for path in var.rglob("*"):
        if path.is_file():
            yield str(path), str(path).encode() + path.read_bytes()
    with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):
                values = [value if isinstance(value, bytes) else str(value).encode() for value in row]
                yield table.name, b" ".join(values)


@pytest.mark.parametrize("proxied", [False, True], ids=["direct", "behind a proxy"])
def test_no_address_and_no_browser(database: Database, database_url: str, tmp_path: Path, proxied: bool) -> None:
    var = tmp_path / "var"
    with database.session() as db:
        keys.ensure(db, settings_for(var, DATABASE_URL=database_url))
    with serving(var, DATABASE_URL=database_url, TRUSTED_PROXIES="1" if proxied else "0") as server:
        for forwarded in FORWARDED:
            http = requests.Session()
            http.mount("http://", From())
            http.headers.update({**SAID, "X-Forwarded-For": forwarded})
            files = {"files": ("a.txt", b"a" * 600_000)}
            answer = http.post(server.form(http), data={"text": "I saw her."}, files=files)
            assert answer.status_code == 200
            assert "distinctive" not in answer.headers["X-Request-ID"]
            number, words = receipt_of(answer.text)
            address = f"{server.url}/en/receipt"
            assert http.post(address, data={"number": number, "secret": words}).status_code == 200
            assert http.post(address, data={"number": number, "secret": "wrong"}).status_code == 422
            assert http.get(f"{server.url}/nothing").status_code == 404
            assert http.post(f"{server.url}/en/new", data={"text": "x" * 3_000_000}).status_code == 413
        with socket.create_connection(
            ("127.0.0.1", int(server.url[-5:].strip(":"))), source_address=(BROKEN, 0)
        ) as broken:
            broken.sendall(b"NO\x00NSENSE / HTTP/9.9\r\nUser-Agent: Distinctive-Agent/7.77\r\n\r\n")
            assert b"400" in broken.recv(1000)
    places = list(kept(database, var))
    assert {"tip", "tip_message", "tip_file"} <= {where for where, _data in places}
    assert "Invalid request from a client" in server.log.read_text()
    assert [(where, trace) for where, data in places for trace in TEXTS if trace in data] == []
    # Sealed files are long and random: any four bytes are in one of them now and then.
    sealed = str(var / "objects")
    open_to_read = [(where, data) for where, data in places if not where.startswith(sealed)]
    assert len(open_to_read) < len(places)
    assert [(where, number) for where, data in open_to_read for number in NUMBERS if number in data] == []
