"""What is installed: pinned, licensed, complete, and asked about where advisories can be reached."""

import importlib.metadata
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from packaging.requirements import Requirement

from app.settings import ROOT
from scripts import audit

RUNTIME, FROZEN, DEVELOPMENT = (f"requirements{end}.txt" for end in ("", "-gfpgan", "-dev"))
# Not pinned to one version, each with its reason; every other requirement is.
BOUNDED = {
    "numpy": "torch and opencv choose among the versions of one major release",
    "scipy": "a dependency of the frozen packages, used by none of ours",
    "opencv-python-headless": "its fourth release carries the cascades, the fifth does not",
    "requests": "a dependency that firebase-admin and google-cloud-storage bound themselves",
    "pyyaml": "a dependency of the frozen packages, used by none of ours",
    "tqdm": "a dependency of the frozen packages, used by none of ours",
    "setuptools": "builds the frozen packages and is not used after",
}
# docs/architecture.md, "gfpgan": frozen upstream, installed without their lists and used for one class.
UNMET = {
    "basicsr": {"addict", "future", "lmdb", "opencv-python", "tb-nightly", "yapf"},
    "facexlib": {"filterpy", "numba", "opencv-python"},
    "gfpgan": {"lmdb", "opencv-python", "tb-nightly", "yapf"},
}
ALLOWED = re.compile(
    r"(0BSD|Apache(?: Software)?(?: License)?,?(?: ?V?(?:ersion)? ?-?2(?:\.0)?)?|Apache-2\.0 WITH LLVM-exception|BSD"
    r"|BSD License|(?:3-Clause |2-clause )?BSD(?: License)?|BSD[- ][23][- ]Clause(?: License)?|BSL-1\.0|CC0-1\.0"
    r"|CNRI-Python|ISC|MIT|MIT License|MIT-0|MIT-CMU|The MIT License \(MIT\)|PSF-2\.0"
    r"|Python Software Foundation License|Zlib"
    r"|LGPL-3\.0-only|MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)|Unlicense)"
)
"""Of what the product needs to run. LGPL and MPL bind changes to the libraries themselves, which are used unchanged."""
SAID_ELSEWHERE = {"huey": "MIT"}
"""Packages whose metadata names no licence, and what their source says."""


def requirements(name: str) -> list[Requirement]:
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [Requirement(line) for line in lines if line]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", [RUNTIME, FROZEN, DEVELOPMENT])
def test_every_requirement_is_pinned_or_says_why_not(name: str) -> None:
    loose = [one.name for one in requirements(name) if [part.operator for part in one.specifier] != ["=="]]
    assert [one for one in loose if one not in BOUNDED] == []
    assert all("*" not in str(one.specifier) for one in requirements(name))


def test_no_exception_outlives_its_reason() -> None:
    pinned = {one.name for one in requirements(RUNTIME) if [part.operator for part in one.specifier] == ["=="]}
    assert set(BOUNDED) & pinned == set()


@pytest.mark.parametrize("name", [RUNTIME, FROZEN, DEVELOPMENT])
def test_what_is_required_is_what_is_installed(name: str) -> None:
    wrong = []
    for one in requirements(name):
        if one.marker and not one.marker.evaluate():
            continue
        version = importlib.metadata.version(one.name).partition("+")[0]
        if not one.specifier.contains(version):
            wrong.append(f"{one.name} {version}, not {one.specifier}")
    assert wrong == []


def test_requirements_come_from_the_index_by_name_alone() -> None:
    """No address, path or index of somebody else's in a requirements file."""
    for name in (RUNTIME, FROZEN, DEVELOPMENT):
        lines = [line.split("#")[0] for line in (ROOT / name).read_text().splitlines()]
        assert [line for line in lines if re.search(r"://|@|^\s*-|^\s*[./]", line)] == []


def test_nothing_is_missing_but_what_the_frozen_packages_do_not_need() -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    missing = re.findall(r"^(\S+) \S+ requires (\S+), which is not installed\.$", told, re.MULTILINE)
    conflicts = [line for line in told.splitlines() if "which is not installed" not in line and "requires" in line]
    assert {name: {wants for by, wants in missing if by == name} for name in UNMET} == UNMET
    assert {by for by, _ in missing} <= set(UNMET)
    assert [line for line in conflicts if " has requirement " in line] == []


def closure() -> set[str]:
    """Every package that the product needs to run, and what those need."""
    waiting = [one.name for one in requirements(RUNTIME) + requirements(FROZEN)]
    found: set[str] = set()
    while waiting:
        name = plain(waiting.pop())
        if name in found:
            continue
        try:
            lines = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # UNMET, or for another platform
        found.add(name)
        needs = [Requirement(line) for line in lines]
        waiting += [one.name for one in needs if one.marker is None or one.marker.evaluate({"extra": "binary"})]
    return found


def licence(name: str) -> str:
    told = importlib.metadata.metadata(name).json  # fields as a plain mapping
    classifiers = told.get("classifier") or []
    trove = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    first = str(told.get("license") or "").strip().split("\n")[0]
    return str(told.get("license_expression") or "") or " OR ".join(trove) or first or SAID_ELSEWHERE.get(name, "")


def allowed(text: str) -> bool:
    parts = re.split(r" AND | OR |;", text.strip())
    return all(ALLOWED.fullmatch(part) or ALLOWED.fullmatch(part.strip("() ")) for part in parts)


def test_every_licence_of_what_runs_is_one_that_was_looked_at() -> None:
    packages = closure()
    assert {"flask", "torch", "psycopg-binary", "gfpgan"} <= packages
    strange = {name: licence(name) for name in packages if not allowed(licence(name))}
    assert strange == {}


@pytest.mark.parametrize("text", ["GPL-3.0-or-later", "AGPL-3.0-only", "", "UNKNOWN", "MIT AND GPL-2.0", "Proprietary"])
def test_other_licences_are_noticed(text: str) -> None:
    assert not allowed(text)


OLD = {"id": "PYSEC-1", "summary": "old", "affected": [{"package": {"name": "x", "ecosystem": "PyPI"}}]}


@contextmanager
def advisories(known: dict[str, list[str]], *, garbage: bool = False) -> Iterator[str]:
    """A source that speaks OSV's protocol on this machine and knows these weaknesses, by package."""

    class Osv(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            ids = known.get(asked["package"]["name"], [])
            vulns = [{**OLD, "id": one, "affected": [self._affects(asked)]} for one in ids]
            body = b"<html>" if garbage else json.dumps({"vulns": vulns} if vulns else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _affects(self, asked: dict[str, dict[str, str]]) -> dict[str, object]:
            package = {"name": asked["package"]["name"], "ecosystem": "PyPI"}
            return {"package": package, "versions": [asked["version"]]}

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Osv)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def only_osv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing outside this machine is asked."""
    monkeypatch.setattr(audit, "SOURCES", ("osv",))


VERSIONS = {"flask": "3.1.3", "torch": "2.13.0"}


@pytest.mark.usefixtures("only_osv")
def test_a_clean_answer_is_believed_from_a_source_that_knows_something(capsys: pytest.CaptureFixture[str]) -> None:
    with advisories({"jinja2": ["PYSEC-2014-8"]}) as url:
        assert audit.audit(VERSIONS, url) == audit.CLEAN
    assert "0 of 2 packages are known to be weak, says osv." in capsys.readouterr().out


@pytest.mark.usefixtures("only_osv")
def test_a_weak_package_ends_in_its_own_status(capsys: pytest.CaptureFixture[str]) -> None:
    with advisories({"jinja2": ["PYSEC-2014-8"], "flask": ["PYSEC-2026-1", "PYSEC-2026-2"]}) as url:
        assert audit.audit(VERSIONS, url) == audit.WEAK
    assert "flask 3.1.3: PYSEC-2026-1, PYSEC-2026-2" in capsys.readouterr().out


@pytest.mark.usefixtures("only_osv")
@pytest.mark.parametrize("kind", ["knows nothing", "garbage", "nobody there"])
def test_no_answer_is_no_good_news(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    with advisories({}, garbage=kind == "garbage") as url:
        asked = "http://127.0.0.1:9/v1/query" if kind == "nobody there" else url
        assert audit.audit(VERSIONS, asked) == audit.UNREACHABLE
    assert "No advisory source could be reached" in capsys.readouterr().out


def test_every_installed_package_is_asked_about() -> None:
    versions = audit.installed()
    assert {"flask", "torch", "pillow", "gunicorn"} <= versions.keys()
    assert all("+" not in version for version in versions.values())


def test_only_known_packages_have_a_dead_upstream() -> None:
    """Those that are frozen are in a file of their own, which says so."""
    assert {one.name for one in requirements(FROZEN)} == {"torchvision", "gfpgan", "basicsr", "facexlib"}
    dead = {"gfpgan", "basicsr", "facexlib", "flask-talisman", "tb-nightly", "lmdb", "numba", "pycrypto", "nose"}
    named = {one.name.lower() for name in (RUNTIME, DEVELOPMENT) for one in requirements(name)}
    assert named & dead == set()
