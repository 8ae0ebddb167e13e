"""Inviting everybody in a CSV file by the page."""

import base64
import csv
import io
import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.identity import accounts, directory, units
from models import Role
from tests.app.web import Browser
from tests.pages.desk import words
from tests.people import PASSWORD, Person

PAGE = "/admin/accounts/import"
HEAD = "email,name,roles,units\n"


@pytest.fixture
def admin(app: Flask, person: Person) -> Browser:
    browser = Browser(app)
    browser.sign_in(person("Head", Role.ADMIN), PASSWORD)
    return browser


def check(admin: Browser, text: str, **fields: str) -> TestResponse:
    return admin.post(PAGE, {"action": "check", "file": (io.BytesIO(text.encode()), "people.csv"), **fields})


def carried(page: str) -> str:
    """The list as the page of the check carries it to the next step."""
    found = re.search(r'name="text" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


def test_a_list_is_looked_at_before_anybody_is_invited(admin: Browser, app: Flask, db: Session) -> None:
    text = HEAD + 'a@example.org,"=A ""quoted""",investigator;admin,First\nb@example.org,B,supervisor,\n'
    preview = check(admin, text, add_units="yes")
    assert preview.status_code == 200
    assert "These units are new and will be added: First." in words(preview.text)
    assert directory.search(db).total == 1
    assert units.list_units(db) == []
    answer = admin.post(PAGE, {"action": "import", "text": carried(preview.text), "add_units": "yes"})
    assert "2 people are invited" in words(answer.text)
    found = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)" download="invitations.csv"', answer.text)
    assert found
    rows = list(csv.reader(io.StringIO(base64.b64decode(unescape(found[1])).decode("utf-8-sig"))))
    assert [row[:2] for row in rows] == [["email", "name"], ["a@example.org", '\'=A "quoted"'], ["b@example.org", "B"]]
    assert Browser(app).get(rows[1][2].removeprefix("http://localhost")).status_code == 302
    db.rollback()
    added = accounts.by_email(db, "a@example.org")
    assert added is not None
    assert (set(added.roles), [one.name for one in added.units]) == ({Role.INVESTIGATOR, Role.ADMIN}, ["First"])


def test_what_is_wrong_is_named_by_line(admin: Browser, db: Session) -> None:
    answer = check(admin, HEAD + "a@example.org,A,admin,First\nnobody,B,emperor,Second\nhead@example.org,C,admin,\n")
    assert answer.status_code == 422
    said = words(answer.text)
    for expected in (
        "5 things are wrong; nobody was invited",
        "Line 2 There is no unit “First”",
        "Line 3 “nobody” is not an e-mail address.",
        "Line 3 “emperor” is no role",
        "Line 3 There is no unit “Second”",
        "Line 4 head@example.org has an account already.",
    ):
        assert expected in said
    assert 'name="text"' not in answer.text
    assert directory.search(db).total == 1


def test_what_changed_since_the_check_is_noticed(admin: Browser, db: Session) -> None:
    text = carried(check(admin, HEAD + "a@example.org,A,admin,\nb@example.org,B,admin,\n").text)
    accounts.add_account(db, "b@example.org", "Faster", [Role.INVESTIGATOR])
    answer = admin.post(PAGE, {"action": "import", "text": text})
    assert (answer.status_code, "Line 3" in words(answer.text)) == (409, True)
    assert directory.search(db).total == 2


def test_a_list_as_long_as_allowed_comes_through_both_steps(admin: Browser, db: Session) -> None:
    rows = "".join(f"p{number}@example.org,{'N' * 190},investigator;supervisor,{'U' * 100}\n" for number in range(2000))
    assert 600_000 < len(rows) < 2**20
    preview = check(admin, HEAD + rows, add_units="yes")
    assert preview.status_code == 200
    answer = admin.post(PAGE, {"action": "import", "text": carried(preview.text), "add_units": "yes"})
    assert "2000 people are invited" in words(answer.text)[:2000]
    assert directory.search(db).total == 2001


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "The file is empty."),
        (b"\xff\xfe", "not in UTF-8"),
        (b"x" * (2**20 + 1), "more than 1 MB"),
        (b"a,b\n", "is missing"),
    ],
)
def test_files_that_cannot_be_used(admin: Browser, data: bytes, said: str) -> None:
    answer = admin.post(PAGE, {"action": "check", "file": (io.BytesIO(data), "people.csv")})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_without_a_file_it_says_so(admin: Browser) -> None:
    assert "Choose a file first." in admin.post(PAGE, {"action": "check"}).text
    assert "The file is empty." in admin.post(PAGE, {"action": "import"}).text
