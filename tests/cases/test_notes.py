"""Notes and the timeline, on both databases, and Markdown that is safe to show."""

import hashlib
import re

import pytest
from sqlalchemy.orm import Session

from app.cases import notes
from app.cases.markdown import render
from app.cases.timeline import Event, timeline
from app.errors import Forbidden, NotFound, Refused
from app.retention import holds
from models import Role, Unit
from tests.cases.conftest import Opened
from tests.people import Member


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_notes_are_written_changed_and_removed_by_their_author(
    db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened
) -> None:
    author, colleague, elsewhere = member(unit), member(unit), member(other_unit)
    case = opened(author)
    note = notes.add(db, author, case.id, "She is sure of the scar.\r\n")
    for who, error in ((colleague, Forbidden), (elsewhere, NotFound)):
        with pytest.raises(error):
            notes.change(db, who, case.id, note.id, "Not so.")
        with pytest.raises(error):
            notes.remove(db, who, case.id, note.id)
    notes.change(db, author, case.id, note.id, "She is not sure.")
    notes.change(db, author, case.id, note.id, "She is not sure.")
    assert [(one.note.body, one.author) for one in notes.list_notes(db, case).items] == [
        ("She is not sure.", author.name)
    ]
    notes.remove(db, author, case.id, note.id)
    assert notes.list_notes(db, case).items == []
    first, second = sha256("She is sure of the scar."), sha256("She is not sure.")
    told = [(one.entry.action, one.entry.before, one.entry.after) for one in reversed(timeline(db, case).events)]
    assert told[1:] == [("note.added", None, first), ("note.changed", first, second), ("note.removed", second, None)]
    with pytest.raises(NotFound):
        notes.change(db, author, case.id, note.id, "Again")


def test_notes_of_a_case_on_hold_stay_as_they_are(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    author, chief = member(unit), member(unit, role=Role.SUPERVISOR)
    case = opened(author)
    note = notes.add(db, author, case.id, "She is sure of the scar.")
    holds.put(db, chief, case.id, "A court asked")
    with pytest.raises(Refused, match="legal hold"):
        notes.change(db, author, case.id, note.id, ".")
    with pytest.raises(Refused, match="legal hold"):
        notes.remove(db, author, case.id, note.id)
    notes.add(db, author, case.id, "She called again.")
    assert len(notes.list_notes(db, case).items) == 2
    holds.release(db, chief, case.id)
    notes.remove(db, author, case.id, note.id)


@pytest.mark.parametrize("text", ["", " \n\t\x00 ", "n" * 20_001])
def test_a_note_says_something_and_not_too_much(
    db: Session, unit: Unit, member: Member, opened: Opened, text: str
) -> None:
    author = member(unit)
    case = opened(author)
    with pytest.raises(Refused):
        notes.add(db, author, case.id, text)


def test_a_note_of_another_case_is_not_there(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    author = member(unit)
    one, other = opened(author), opened(author)
    note = notes.add(db, author, one.id, "Here")
    with pytest.raises(NotFound):
        notes.remove(db, author, other.id, note.id)


def test_notes_and_timeline_come_in_pages(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    author = member(unit)
    case = opened(author)
    written = [notes.add(db, author, case.id, f"Note {number}").body for number in range(7)]
    seen, after = [], None
    while True:
        page = notes.list_notes(db, case, after, size=3)
        seen += [one.note.body for one in page.items]
        if (after := page.after) is None:
            break
    assert seen == written[::-1]
    events: list[Event] = []
    before = None
    while True:
        part = timeline(db, case, before, size=3)
        events += part.events
        if (before := part.before) is None:
            break
    assert [one.entry.number for one in events] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert [one.note.body for one in events if one.note] == written[::-1]


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("**bold** and *italic*", "<p><strong>bold</strong> and <em>italic</em></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("# Title", "<h3>Title</h3>"),
        ("~~no~~", "<p><s>no</s></p>"),
        ("[map](https://example.org)", '<p><a href="https://example.org" rel="noopener nofollow">map</a></p>'),
    ],
)
def test_markdown_is_shown(text: str, wanted: str) -> None:
    assert render(text).strip() == wanted


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![tracked](https://example.org/who.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](//example.org/a\"onmouseover=\"alert(1))",
        "<a href='vbscript:x' style='position:fixed'>x</a>",
        "<svg/onload=alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "<https://example.org/\"><script>alert(1)</script>>",
    ],
)  # fmt: skip
def test_nothing_in_a_note_becomes_a_script_or_asks_another_server(text: str) -> None:
    shown = str(render(text)).lower()
    tags = re.findall(r"<[^>]*>", shown)
    assert not [tag for tag in tags if re.search(r"<(script|img|svg|style|iframe)|[\s/](on\w+|style|src)=", tag)], shown
    assert not [tag for tag in tags if re.search(r'href="(?!https?:|mailto:|tel:|//example)', tag)], shown
