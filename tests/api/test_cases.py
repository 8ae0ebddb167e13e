"""Cases by the API: opened once, listed, changed only as they were seen, with the custody of it all."""

import hashlib
import itertools
import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import transaction
from app.identity import units
from models import Account, Case, Role, Scope
from tests.api.conftest import Issue
from tests.api.program import Program, nobody
from tests.people import Person

CASE = {
    "title": "Robbery at the harbour",
    "description": "Two witnesses.",
    "incident_on": "2026-03-31",
    "incident_place": "Pier 4",
    "tags": ["night", "armed"],
}


def put_into_units(db: Session, account: Account, *names: str) -> list[str]:
    made = [units.add_unit(db, name) for name in names]
    ids = [unit.id for unit in made]
    with transaction(db):
        db.get_one(Account, account.id).units = units.kept(db, ids)
    return [str(one) for one in ids]


@pytest.fixture
def unit(db: Session, account: Account) -> str:
    return put_into_units(db, account, "North")[0]


@pytest.fixture
def program(unit: str, issue: Issue) -> Program:
    return issue()


def test_a_case_is_opened_and_read(program: Program, unit: str, account: Account) -> None:
    answer = program.post("/cases", json=CASE)
    assert answer.status_code == 201
    made = answer.json
    assert made is not None
    assert {name: made[name] for name in CASE} == {**CASE, "tags": ["armed", "night"]}
    assert (made["status"], made["unit_id"], made["created_by"]) == ("open", unit, str(account.id))
    assert made["number"]
    assert program.get(answer.headers["Location"]).json == made


def test_the_same_key_opens_one_case(program: Program, db: Session) -> None:
    key = {"Idempotency-Key": "case-1"}
    first, again = (program.post("/cases", json=CASE, headers=key) for _ in range(2))
    assert first.json == again.json
    assert again.headers["Idempotent-Replay"] == "true"
    other = program.post("/cases", json={**CASE, "title": "Another"}, headers=key)
    assert (other.status_code, db.scalar(select(func.count()).select_from(Case))) == (422, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"title": " "},
        {"title": "x" * 201},
        {"tags": ["a,b"]},
        {"tags": ["x"] * 21},
        {"incident_on": "2999-01-01"},
        {"incident_on": "31.3.2026"},
        {"unit_id": nobody()},
        {"status": "closed"},
    ],
)
def test_a_case_that_cannot_be_is_refused(program: Program, db: Session, change: dict[str, object]) -> None:
    assert program.post("/cases", json={**CASE, **change}).status_code == 422
    assert db.scalar(select(func.count()).select_from(Case)) == 0


def test_the_longest_description_is_taken_however_it_is_escaped(program: Program) -> None:
    text = "\N{SLIGHTLY SMILING FACE}" * 20_000
    made = program.post("/cases", data=json.dumps({**CASE, "description": text}), content_type="application/json")
    assert made.json["description"] == text  # type: ignore[index]


def test_who_is_in_several_units_says_which(program: Program, db: Session, account: Account) -> None:
    north, south = put_into_units(db, account, "East", "South")
    assert program.post("/cases", json=CASE).status_code == 422
    made = program.post("/cases", json={**CASE, "unit_id": south}).json
    assert made is not None
    assert made["unit_id"] == south != north


def test_what_is_left_out_of_a_change_stays(program: Program) -> None:
    made = program.post("/cases", json=CASE)
    path, seen = made.headers["Location"], made.headers["ETag"]
    changed = program.patch(path, json={"tags": ["day"], "incident_on": None}, headers={"If-Match": seen})
    assert changed.status_code == 200
    assert changed.json is not None
    assert {name: changed.json[name] for name in CASE} == {**CASE, "tags": ["day"], "incident_on": None}
    late = program.patch(path, json={"title": "Late"}, headers={"If-Match": seen})
    blind = program.patch(path, json={"title": "Blind"})
    assert (late.status_code, blind.status_code) == (412, 428)
    assert program.get(path).json == changed.json


def test_a_status_is_moved_as_it_was_seen_by_who_may(program: Program, db: Session, account: Account) -> None:
    made = program.post("/cases", json=CASE)
    path = f"{made.headers['Location']}/status"
    identified = program.put(path, json={"status": "identified"}, headers={"If-Match": made.headers["ETag"]})
    assert identified.json["status"] == "identified"  # type: ignore[index]
    assert program.put(path, json={"status": "open"}, headers={"If-Match": made.headers["ETag"]}).status_code == 412
    any_state = {"If-Match": "*"}
    assert program.put(path, json={"status": "closed"}, headers=any_state).status_code == 403, "a supervisor's"
    assert program.put(path, json={"status": "solved"}, headers=any_state).status_code == 422
    with transaction(db):
        db.get_one(Account, account.id).set_roles([Role.SUPERVISOR])
    assert program.put(path, json={"status": "archived"}, headers=any_state).status_code == 422
    assert program.put(path, json={"status": "closed"}, headers=any_state).status_code == 200


def test_cases_are_filtered_and_come_page_by_page(program: Program, unit: str) -> None:
    for number in range(3):
        program.post("/cases", json={**CASE, "title": f"Harbour {number}"})
    program.post("/cases", json={"title": "Market", "incident_on": "2026-01-01"})
    query = f"/cases?q=harbour&unit_id={unit}&status=open&tag=night&incident_from=2026-03-01&limit=2"
    first = program.get(query)
    second = program.get(first.headers["Link"].partition(">")[0].lstrip("<"))
    titles = [one["title"] for answer in (first, second) for one in answer.json["items"]]  # type: ignore[index]
    assert (titles, "Link" in second.headers) == (["Harbour 2", "Harbour 1", "Harbour 0"], False)
    assert program.get("/cases?status=gone").status_code == 422
    assert program.get("/cases?incident_to=2026-02-30").status_code == 422


def test_custody_comes_newest_first_and_can_be_checked(program: Program, account: Account) -> None:
    made = program.post("/cases", json=CASE)
    path = made.headers["Location"]
    for title in ("One", "Two"):
        program.patch(path, json={"title": title}, headers={"If-Match": "*"})
    first = program.get(f"{path}/custody?limit=2").json
    assert first is not None
    rest = program.get(f"{path}/custody?limit=2&cursor={first['next']}").json
    assert rest is not None
    entries = [*first["items"], *rest["items"]]
    assert [entry["action"] for entry in entries] == ["case.changed", "case.changed", "case.created"]
    assert (first["length"], first["head"], rest["next"]) == (3, entries[0]["hash"], None)
    assert {entry["actor_id"] for entry in entries} == {str(account.id)}
    for entry, before in itertools.pairwise(entries):
        assert entry["previous"] == before["hash"]
    for entry in entries:
        hashed = {name: value for name, value in entry.items() if name != "hash"}
        text = json.dumps(hashed, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == entry["hash"], "as the document says"


def test_a_sketch_is_filed_as_it_is_handed_in(program: Program, png: bytes) -> None:
    case = program.post("/cases", json=CASE).json
    assert case is not None
    filed = program.hand_in(png, case_id=case["id"]).json
    assert filed is not None
    program.hand_in(png)
    assert (filed["case_id"], filed["unit_id"]) == (case["id"], case["unit_id"])
    assert program.get(case["links"]["sketches"]).json == {"items": [filed], "next": None}
    assert "sketch.added" in {entry["action"] for entry in program.get(case["links"]["custody"]).json["items"]}  # type: ignore[index]
    assert program.hand_in(png, case_id=nobody()).status_code == 404


def test_cases_of_other_units_are_not_there(program: Program, issue: Issue, db: Session, person: Person) -> None:
    stranger = person("Person 2")
    put_into_units(db, stranger, "South")
    path, other = program.post("/cases", json=CASE).headers["Location"], issue(of=stranger)
    assert other.get(path).status_code == other.get(f"{path}/custody").status_code == 404
    assert other.patch(path, json={"title": "x"}, headers={"If-Match": "*"}).status_code == 404
    assert other.put(f"{path}/status", json={"status": "closed"}, headers={"If-Match": "*"}).status_code == 404
    assert other.get("/cases").json == {"items": [], "next": None}


def test_reading_is_not_writing(issue: Issue, program: Program) -> None:
    path = program.post("/cases", json=CASE).headers["Location"]
    reader = issue(Scope.CASES_READ)
    assert reader.get(path).status_code == 200
    refused = reader.patch(path, json={"title": "x"}, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json["code"]) == (403, "insufficient_scope")  # type: ignore[index]
