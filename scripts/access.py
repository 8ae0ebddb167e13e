"""Writes docs/access.md: every endpoint, who may call it, and what everybody gets. ``make access`` runs it.

The declarations are read from the application, the answers from tests/app/matrix.txt, which the tests try.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask

from app import create_app
from app.gate import access_of
from app.settings import ROOT, Settings

MATRIX = ROOT / "tests" / "app" / "matrix.txt"
PAGE = ROOT / "docs" / "access.md"
HEAD = """# Who may call what

`make access` writes this page from what the endpoints declare (`app/gate.py`) and from `tests/app/matrix.txt`, whose
every answer `tests/app/test_matrix.py` tries; a test fails when this page is out of date. An endpoint that does not say
who may call it keeps the application from starting.

**Declared**: who passes the gate. *Confirmed*: only within 10 minutes of signing in, or of having given the password
again and, where there is a second factor, a code; otherwise a page is sent to `/confirm`, a change is refused with the
way there, and JSON gets 403 with the code `confirmation_needed`. A name such as `sketches:read` is the scope that an
access token needs there ([api.md](api.md)); where none is named in the JSON API, every token will do, and elsewhere
none does.

**Answers**: 200 shown; 302 sent to sign in, or on for somebody signed in; 303 done; 401 sign in first; 403 not with
this role; 404 not there, or not for these eyes: the two look the same; 409 not in the state it is in; 410 the link has
run out; 415 another type of body is wanted; 422 understood and refused, since the form is empty.

**People**: *owner*, an investigator, whose sketch, likeness and job the addresses name; *colleague*, an investigator of
the same unit; *elsewhere*, an investigator of another unit; *supervisor* of the owner's unit; *admin*, an administrator
and nothing else; *suspended*, an investigator of the unit whose account is suspended.

"""


@dataclass(frozen=True)
class Line:
    """One endpoint: what each kind of person gets, and what the form, or the JSON, sends when it is tried."""

    method: str
    rule: str
    answers: dict[str, int]
    fields: dict[str, str]
    json: Any = None

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}"


def read_matrix(path: Path = MATRIX) -> list[Line]:
    """Raises ValueError for a line without an answer for everybody."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    people = lines[0].split()[2:]
    return list(_lines(people, lines[1:]))


def _lines(people: list[str], lines: list[str]) -> Iterator[Line]:
    for line in lines:
        facts, _, fields = line.partition("|")
        method, rule, *answers = facts.split()
        sent = fields.strip()
        body = json.loads(sent) if sent.startswith("{") else None
        if len(answers) != len(people):
            raise ValueError(f"{method} {rule} has {len(answers)} answers for {len(people)} people.")
        given = dict(zip(people, map(int, answers), strict=True))
        yield Line(method, rule, given, dict(parse_qsl(sent)) if body is None else {}, body)


def declared(app: Flask) -> dict[str, str]:
    """Who may call each endpoint, in words, by method and address."""
    found = {}
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        for method in rule.methods or ():
            found[f"{method} {rule.rule}"] = access.words if access else "nobody"
    return found


def page(app: Flask, lines: list[Line]) -> str:
    words, people = declared(app), list(lines[0].answers)
    table = [f"| endpoint | declared | {' | '.join(people)} |", "|---|---|" + "---|" * len(people)]
    for line in lines:
        answers = " | ".join(str(line.answers[one]) for one in people)
        table.append(f"| {line.method} `{line.rule}` | {words.get(line.name, 'not there')} | {answers} |")
    return HEAD + "\n".join(table) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings.from_env({"SEMBLANCE_VAR": folder}))
        PAGE.write_text(page(app, read_matrix()))
    print(f"Wrote {PAGE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
