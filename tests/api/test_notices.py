"""Notices by the API: drafted once, listed, submitted as they were seen. Nothing here publishes."""

import uuid
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, Notice, Publication, Role, Scope
from tests.api.conftest import Issue
from tests.api.program import Program, nobody
from tests.api.test_cases import put_into_units
from tests.app.web import work
from tests.people import Person

WORDS = {"headline": "Who knows him?", "known": "A kiosk was robbed.", "area": "Harbour", "contact": "Call 1234."}


@pytest.fixture
def program(db: Session, account: Account, issue: Issue) -> Program:
    put_into_units(db, account, "North")
    return issue()


@pytest.fixture
def drafted(program: Program, png: bytes) -> dict[str, Any]:
    """What is posted for a notice that lacks nothing."""
    case = program.post("/cases", json={"title": "Robbery"}).json
    assert case is not None
    sketch = program.hand_in(png, case_id=case["id"]).headers["Location"]
    work(program.app)
    render = program.post(f"{sketch}/renders", json={"engine": "pix2pix"}).headers["Location"]
    work(program.app)
    likeness = program.get(render).json["likenesses"][0]["id"]  # type: ignore[index]
    picture = {"likenesses": [likeness], "boxes": [[0.1, 0.1, 0.2, 0.2]], "alt": {"en": "A man."}}
    return {"case_id": case["id"], "category": "missing", "words": {"en": WORDS}, "pictures": [picture]}


def test_a_notice_is_drafted_read_and_listed(program: Program, drafted: dict[str, Any]) -> None:
    answer = program.post("/notices", json=drafted)
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert made is not None
    assert made["words"]["en"] == {"appearance": "", "caution": "", "reward": "", **WORDS}
    assert made["pictures"][0]["crop"] == [0, 0, 1, 1]
    assert (made["stage"], made["revision"], made["public"]) == ("draft", 1, None)
    assert program.get(answer.headers["Location"]).json == made
    for query, ids in (("", [made["id"]]), ("?state=draft", [made["id"]]), ("?state=public", []),
                       (f"?case_id={drafted['case_id']}", [made["id"]]), (f"?case_id={nobody()}", [])):  # fmt: skip
        page = program.get(f"/notices{query}").json
        assert page is not None
        assert [one["id"] for one in page["items"]] == ids, query
    assert program.get("/notices?state=gone").status_code == 422


def test_pages_follow_each_other(program: Program, drafted: dict[str, Any]) -> None:
    ids = [program.post("/notices", json=drafted).json["id"] for _ in range(3)]  # type: ignore[index]
    first = program.get("/notices?limit=2").json
    assert first is not None
    rest = program.get(f"/notices?limit=2&cursor={first['next']}").json
    assert rest is not None
    assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next"] is None


def test_the_same_key_drafts_one_notice(program: Program, drafted: dict[str, Any], db: Session) -> None:
    key = {"Idempotency-Key": "notice-1"}
    first, again = (program.post("/notices", json=drafted, headers=key) for _ in range(2))
    assert first.json == again.json
    assert again.headers["Idempotent-Replay"] == "true"
    assert db.scalar(select(func.count()).select_from(Notice)) == 1


def test_it_is_submitted_and_taken_back_as_it_was_seen(program: Program, drafted: dict[str, Any], db: Session) -> None:
    made = program.post("/notices", json=drafted)
    path, seen = f"{made.headers['Location']}/stage", {"If-Match": made.headers["ETag"]}
    assert program.put(path, json={"stage": "submitted"}).status_code == 428
    submitted = program.put(path, json={"stage": "submitted"}, headers=seen)
    assert (submitted.status_code, submitted.json["stage"]) == (200, "submitted")  # type: ignore[index]
    assert program.put(path, json={"stage": "submitted"}, headers=seen).status_code == 412
    again = program.put(path, json={"stage": "submitted"}, headers={"If-Match": "*"})
    assert again.status_code == 409
    back = program.put(path, json={"stage": "draft"}, headers={"If-Match": "*"}).json
    assert back is not None
    assert (back["stage"], back["revision"]) == ("draft", 2)
    assert program.put(path, json={"stage": "approved"}, headers={"If-Match": "*"}).status_code == 422
    assert db.scalar(select(func.count()).select_from(Publication)) == 0


def test_what_lacks_something_is_not_submitted(program: Program, drafted: dict[str, Any]) -> None:
    bare = {**drafted, "words": {"en": {"headline": "Who?"}}}
    path = program.post("/notices", json=bare).headers["Location"]
    refused = program.put(f"{path}/stage", json={"stage": "submitted"}, headers={"If-Match": "*"})
    assert refused.status_code == 422
    assert "missing" in refused.json["detail"]  # type: ignore[index]


@pytest.mark.parametrize(
    "change",
    [
        {"words": {"en": {**WORDS, "area": "12 High Street"}}},
        {"words": {"xx": WORDS}},
        {"words": {"en": {**WORDS, "headline": "x" * 121}}},
        {"expires_on": "2020-01-01"},
        {"happened_from": "2026-02-02", "happened_to": "2026-02-01"},
        {"pictures": [{"likenesses": [nobody()]}]},
        {"pictures": [{"likenesses": []}]},
        {"category": "wanted"},
        {"stage": "approved"},
    ],
)
def test_a_notice_that_cannot_be_is_refused(
    program: Program, drafted: dict[str, Any], db: Session, change: dict[str, Any]
) -> None:
    assert program.post("/notices", json={**drafted, **change}).status_code == 422
    assert db.scalar(select(func.count()).select_from(Notice)) == 0


@pytest.mark.parametrize("box", [[0.5, 0, 0.4, 1], [0, 0, 1, 1.5], [0, 0, 1]])
def test_a_box_that_cannot_be_is_refused(program: Program, drafted: dict[str, Any], box: list[float]) -> None:
    drafted["pictures"][0]["boxes"] = [box]
    assert program.post("/notices", json=drafted).status_code == 422


def test_notices_of_others_are_not_there(
    program: Program, drafted: dict[str, Any], issue: Issue, db: Session, person: Person
) -> None:
    stranger = person("Person 2", Role.SUPERVISOR)
    put_into_units(db, stranger, "South")
    path, other = program.post("/notices", json=drafted).headers["Location"], issue(of=stranger)
    assert other.get(path).status_code == 404
    assert other.put(f"{path}/stage", json={"stage": "submitted"}, headers={"If-Match": "*"}).status_code == 404
    assert other.post("/notices", json=drafted).status_code == 404
    assert other.get("/notices").json == {"items": [], "next": None}
    assert program.get(f"/notices/{uuid.uuid4()}").status_code == 404


def test_reading_is_not_writing(issue: Issue, program: Program, drafted: dict[str, Any]) -> None:
    path, reader = program.post("/notices", json=drafted).headers["Location"], issue(Scope.NOTICES_READ)
    assert reader.get(path).status_code == 200
    refused = reader.post("/notices", json=drafted)
    assert (refused.status_code, refused.json["code"]) == (403, "insufficient_scope")  # type: ignore[index]
