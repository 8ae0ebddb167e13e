"""Reading a list of people: what is taken, and that every wrong line is named."""

import pytest

from app.errors import Refused
from app.identity.importing import plain
from app.identity.roster import MAX_BYTES, MAX_ROWS, Problem, decode, read
from models import Role

HEAD = "email,name,roles,units\n"


def problems(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.reason) for one in read(text).problems]


def test_a_list_is_read_with_commas() -> None:
    text = (
        HEAD
        + 'A@Example.org, Person  One ,investigator;Supervisor,First; Second ;first\n\nb@example.org,"Two, P.",admin,\n'
    )
    first, second = read(text).rows
    assert (first.line, first.email, first.name) == (2, "a@example.org", "Person One")
    assert (set(first.roles), first.units) == ({Role.INVESTIGATOR, Role.SUPERVISOR}, ("first", "Second"))
    assert (second.line, second.name, set(second.roles), second.units) == (4, "Two, P.", {Role.ADMIN}, ())
    assert read(text).problems == []


def test_a_list_is_read_with_semicolons_as_spreadsheets_write_them() -> None:
    text = 'Name;Email;Roles;Units\r\nPerson;a@example.org;"investigator;supervisor";"First;Second"\r\n'
    (row,) = read(text).rows
    assert (row.email, set(row.roles)) == ("a@example.org", {Role.INVESTIGATOR, Role.SUPERVISOR})
    assert row.units == ("First", "Second")


def test_the_units_may_be_left_out() -> None:
    assert read("email,name,roles\na@example.org,A,admin\n").rows[0].units == ()
    assert read(HEAD + "a@example.org,A,admin\n").rows[0].units == ()


def test_a_mark_of_utf_8_is_no_part_of_the_first_name() -> None:
    text = decode("\ufeffemail,name,roles\na@example.org,Jürgen,Administrator\n".encode())
    (row,) = read(text).rows
    assert (row.name, set(row.roles)) == ("Jürgen", {Role.ADMIN})


def test_every_wrong_line_is_named_with_what_is_wrong() -> None:
    text = HEAD + (
        "no address,A,admin,\n"
        ",B,admin,\n"
        "c@example.org,,admin,\n"
        "d@example.org,D,,\n"
        "e@example.org,E,admin;emperor,\n"
        'f@example.org,"F\nF",admin,\n'
        "F@example.org,Again,admin,\n"
        "g@example.org,G,admin,One,more\n"
        f"h@example.org,H,admin,{'u' * 101}\n"
        "i@example.org,I,admin,\n"
    )
    assert problems(text) == [
        (2, "“no address” is not an e-mail address."),
        (3, "The e-mail address is missing."),
        (4, "Give a name."),
        (5, "It names no role."),
        (6, "“emperor” is no role; there are investigator, supervisor and admin."),
        (9, "f@example.org is in line 7 already."),
        (10, "There are 5 cells, but 4 columns."),
        (11, "A unit's name is longer than 100 characters."),
    ]
    assert [row.email for row in read(text).rows] == ["f@example.org", "i@example.org"]


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "empty"),
        (" \n \n", "empty"),
        (HEAD, "names nobody"),
        ("email,name\na@example.org,A\n", "roles is missing"),
        ("a@example.org,A,admin,\n", "email is missing"),
        ("email,name,roles,units,password\n", "no others"),
        ("email,email,name,roles\n", "no others"),
        (HEAD + 'a@example.org,"A,admin,\n', "Line 2 is not CSV"),
        (HEAD + 'a@example.org,A,admin,\nb@example.org,"B"x,admin,\n', "Line 3 is not CSV"),
        (HEAD + "a@example.org,A,admin,\n" * (MAX_ROWS + 1), f"more than {MAX_ROWS} people"),
    ],
)
def test_what_is_no_such_list_is_refused_as_a_whole(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(text)


@pytest.mark.parametrize("data, words", [(b"x" * (MAX_BYTES + 1), "1 MB"), ("ü".encode("latin-1"), "not in UTF-8")])
def test_bytes_that_cannot_be_read_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        decode(data)


def test_the_largest_list_is_read() -> None:
    rows = "".join(f"p{number}@example.org,Person {number},investigator,U\n" for number in range(MAX_ROWS))
    assert len(read(HEAD + rows).rows) == MAX_ROWS


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_spreadsheet_shows_a_formula_and_does_not_run_it(cell: str) -> None:
    assert plain(cell) == f"'{cell}"


def test_other_cells_stay_as_they_are() -> None:
    assert plain("o'neil@example.org") == "o'neil@example.org"
    assert Problem(2, "b") < Problem(10, "a")
