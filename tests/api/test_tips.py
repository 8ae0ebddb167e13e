"""Tips by the API: listed without a word of them, opened with an entry in custody."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, CustodyEntry, Role, Scope, Tip
from tests import tipped
from tests.api.conftest import Issue
from tests.api.program import Program
from tests.api.test_cases import put_into_units
from tests.app.tips.conftest import Forms
from tests.people import Person


@pytest.fixture
def program(db: Session, account: Account, issue: Issue) -> Program:
    put_into_units(db, account, "North")
    return issue()


@pytest.fixture
def case_id(program: Program) -> str:
    made = program.post("/cases", json={"title": "Robbery"}).json
    assert made is not None
    return str(made["id"])


@pytest.fixture
def forms(program: Program, db: Session) -> Iterator[Forms]:
    with tipped.forms_of(program.app, db) as forms:
        yield forms


@pytest.fixture
def tips(program: Program, db: Session, forms: Forms, case_id: str) -> list[Tip]:
    """Two of the case and one of none, in the order of the list."""
    sent = [
        tipped.send(
            db, forms, text="Ask at the \U0001f6a2 quay.", contact="555 0100", files=[(b"%PDF-1.4", "map.pdf")]
        ),
        tipped.send(db, forms, text="Another"),
        tipped.send(db, forms, text="Of no case"),
    ]
    for one in sent[:2]:
        tipped.put_into(db, one, uuid.UUID(case_id))
    return sorted(sent[:2], key=lambda one: (one.received_at, one.id), reverse=True)


def entries(db: Session) -> list[CustodyEntry]:
    db.rollback()
    return list(
        db.scalars(
            select(CustodyEntry).where(CustodyEntry.object_kind == "tip", CustodyEntry.action == "evidence.viewed")
        )
    )


def test_the_list_holds_no_letters_and_is_no_look(program: Program, tips: list[Tip], case_id: str, db: Session) -> None:
    answer = program.get("/tips?limit=1")
    first = answer.json
    assert first is not None
    rest = program.get(f"/tips?limit=1&cursor={first['next']}").json
    assert rest is not None
    assert [one["id"] for one in first["items"] + rest["items"]] == [str(one.id) for one in tips]
    assert (rest["next"], first["items"][0]["case_id"], first["items"][0]["unread"]) == (None, case_id, 1)
    for query, count in (
        ("?state=new", 2),
        ("?state=spam", 0),
        ("?kind=wrong", 0),
        (f"?case_id={case_id}", 2),
        ("?notice=none", 0),
    ):
        page = program.get(f"/tips{query}").json
        assert page is not None
        assert len(page["items"]) == count, query
    assert program.get("/tips?state=open").status_code == 422
    assert "quay" not in program.get("/tips").text
    assert entries(db) == []


def test_a_tip_is_opened_with_an_entry(program: Program, tips: list[Tip], db: Session) -> None:
    lines = program.get("/tips").json["items"]  # type: ignore[index]
    tip = next(one for one in tips if str(one.id) in {line["id"] for line in lines if line["files"]})
    shown = program.get(f"/tips/{tip.id}").json
    assert shown is not None
    (letter,) = shown["letters"]
    assert (letter["text"], letter["contact"], letter["problem"]) == ("Ask at the \U0001f6a2 quay.", "555 0100", None)
    assert [(one["name"], one["size"], one["scan"]) for one in letter["files"]] == [("map.pdf", 8, "waiting")]
    (entry,) = entries(db)
    assert (entry.object_id, entry.details["part"]) == (tip.id, "letters 1")


def test_tips_of_others_are_not_there(
    program: Program, tips: list[Tip], issue: Issue, db: Session, person: Person
) -> None:
    stranger = person("Person 2", Role.INVESTIGATOR)
    put_into_units(db, stranger, "South")
    other = issue(of=stranger)
    assert other.get(f"/tips/{tips[0].id}").status_code == 404
    assert other.get("/tips").json == {"items": [], "next": None}
    assert entries(db) == []


def test_what_belongs_to_no_case_is_for_supervisors(
    program: Program, tips: list[Tip], issue: Issue, db: Session, person: Person
) -> None:
    head = person("Person 3", Role.SUPERVISOR)
    put_into_units(db, head, "South")
    seen = issue(of=head).get("/tips").json
    assert seen is not None
    assert [(one["case_id"], one["id"] in {str(tip.id) for tip in tips}) for one in seen["items"]] == [(None, False)]


def test_another_scope_opens_none(issue: Issue, program: Program, tips: list[Tip]) -> None:
    refused = issue(Scope.CASES_READ).get(f"/tips/{tips[0].id}")
    assert (refused.status_code, refused.json["code"]) == (403, "insufficient_scope")  # type: ignore[index]
