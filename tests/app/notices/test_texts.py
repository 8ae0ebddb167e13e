"""What the texts of a notice may say: areas without doors, and nothing that tells who a witness is."""

import pytest

from app.database import transaction
from app.errors import Refused
from app.notices import areas, witnesses
from app.notices.content import Wording
from models import WitnessSession
from tests.app.notices.desk import Desk

STATEMENT = (
    "He limped and said that my neighbour's dog knew him. My number is 0812345. <b>เขาเดินกะเผลกมาจากตรอกข้างบ้านของฉัน</b>"
)


@pytest.mark.parametrize(
    "area",
    [
        "",
        "Harbour district",
        "District 9",
        "10th arrondissement",
        "Bang Rak, Bangkok",
        "หมู่ที่ 5 ตำบลบางรัก",
        "เขต 3",
        "Zone 2, Old Town",
    ],
)
def test_an_area_is_taken(area: str) -> None:
    areas.check(area)


@pytest.mark.parametrize(
    "area",
    ["12 High Street", "High Street 12", "High Street 12a", "99/4 หมู่ 5", "๑๒ ถนนสุขุมวิท", "13.7563, 100.5018",
     "13° N", "Bangkok 10110", "District 12345", "District 9/4", "8FVC9G8F+6W", "Flat 3, Zone 2"],
)  # fmt: skip
def test_a_door_is_refused(area: str) -> None:
    with pytest.raises(Refused, match="leave out house numbers"):
        areas.check(area)


def found(desk: Desk, **said: str) -> set[tuple[str, str, str]]:
    with transaction(desk.db):
        row = desk.db.query(WitnessSession).filter_by(case_id=desk.case.id).one()
        row.statement, row.artist, row.witness = STATEMENT, "Ada Lovelace, police artist", "Witness 7"
    content = desk.content(words={"en": Wording(**said)})
    return {(one.part, one.words, one.field) for one in witnesses.traces(desk.db, desk.case.id, content)}


@pytest.mark.parametrize(
    "said, expected",
    [
        ({"known": "As witness  7 says."}, ("witness", "witness 7", "known")),
        ({"appearance": "Drawn by LOVELACE."}, ("artist", "lovelace", "appearance")),
        ({"headline": "Drawn by Ada Lovelace"}, ("artist", "ada", "headline")),
        ({"headline": "By Ada Lovelace, police artist"}, ("artist", "ada lovelace, police artist", "headline")),
        ({"known": "It is said he limped, and said THAT."}, ("statement", "he limped and said", "known")),
        ({"contact": "Call 0812345"}, ("statement", "0812345", "contact")),
        ({"known": "คนร้ายเดินกะเผลกมาจากตรอกข้างบ้าน"}, ("statement", "เดินกะเผลกมาจากต", "known")),
    ],
)
def test_what_only_a_witness_can_have_said_is_found(
    desk: Desk, said: dict[str, str], expected: tuple[str, str, str]
) -> None:
    assert found(desk, **said) == {expected}


@pytest.mark.parametrize(
    "said",
    [
        "Who limped on Friday?",
        "Witness 77 of them",
        "Ad hoc",
        "เดินกะเผลก",
        "Call 081",
        "The neighbour",
        "Tell any police officer",
    ],
)
def test_what_anybody_can_say_is_not(desk: Desk, said: str) -> None:
    assert found(desk, known=said) == set()


def test_what_a_picture_shows_is_looked_at_too(desk: Desk) -> None:
    content = desk.content()
    picture = content.pictures[0]
    content = desk.content(pictures=(type(picture)(likenesses=picture.likenesses, alt={"en": "As Witness 7 drew it"}),))
    assert [(one.part, one.field) for one in witnesses.traces(desk.db, desk.case.id, content)] == [("witness", "alt")]
