"""The staff's pages of notices, from a draft to its withdrawal, as people click through them."""

import re
import uuid
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.agency import settings
from app.cases import service as cases
from app.cases.forms import CaseFacts
from app.database import transaction
from app.filing.place import Place
from app.identity import accounts, units
from app.notices import purge, service
from app.settings.purge import PurgeSettings
from app.studio.service import create_sketch
from models import Case, Likeness, Notice, NoticeFile, NoticeStage, Publication, Role, SettingSection, utc_now
from tests.app.drawings import drawing_png
from tests.app.web import Browser, forget_confirmations, services, work
from tests.pages.desk import words
from tests.people import Person

TEXTS = {
    "category": "suspect",
    "headline_en": "Who knows this man?",
    "known_en": "A kiosk at the pier was robbed.",
    "area_en": "Harbour district",
    "caution_en": "Do not approach him.",
    "contact_en": "Call the harbour police.",
}


@dataclass
class Room:
    """A case with likenesses, whoever drafts, and a supervisor of its unit."""

    app: Flask
    db: Session
    case: Case
    drafter: Browser
    supervisor: Browser
    likenesses: list[uuid.UUID]

    def notice(self) -> Notice:
        self.db.rollback()
        return self.db.scalars(select(Notice)).one()

    def draft(self, **fields: str) -> Notice:
        answer = self.drafter.post(f"/cases/{self.case.id}/notices/new", TEXTS | fields)
        assert answer.status_code == 303, words(answer.text)
        return self.notice()

    def picture(self, **fields: str) -> None:
        """The first likeness, described, is the only picture."""
        revision = str(self.notice().revision)
        said = {"likenesses_1": str(self.likenesses[0]), "alt_en_1": "A man with short hair."}
        answer = self.drafter.post(self.place("/pictures"), said | {"revision": revision, "action": "save"} | fields)
        assert answer.status_code == 303, words(answer.text)

    def place(self, part: str = "") -> str:
        return f"/notices/{self.notice().id}{part}"

    def act(self, browser: Browser, part: str, status: int = 303, **fields: object) -> str:
        answer = browser.post(self.place(part), {"revision": str(self.notice().revision), **fields})
        assert answer.status_code == status, words(answer.text)
        return answer.text

    def page(self, part: str = "", browser: Browser | None = None) -> str:
        answer = (browser or self.drafter).get(self.place(part))
        assert answer.status_code == 200, words(answer.text)
        return answer.text

    def submit(self) -> None:
        self.draft()
        self.picture()
        self.act(self.drafter, "/submit")
        work(self.app)

    def publish(self) -> None:
        self.submit()
        self.act(self.supervisor, "/approve", checked="seen")


@pytest.fixture
def room(app: Flask, db: Session, person: Person) -> Room:
    unit = units.add_unit(db, "Investigations")
    people = [person("Drafter"), person("Head", Role.SUPERVISOR)]
    with transaction(db):
        for one in people:
            accounts.locked(db, one.id).units = units.kept(db, [unit.id])
    case = cases.create(db, people[0], CaseFacts("Robbery at the pier"), unit.id)
    browsers = [Browser(app), Browser(app)]
    for browser, account in zip(browsers, people, strict=True):
        assert browser.sign_in(account).status_code == 303
    sketch = create_sketch(
        db, services(app).store, people[0], drawing_png(1), "a.png", "Tall", place=Place(case.id, None)
    )
    work(app)
    fields = {"engine": "pix2pix", "seed": "0", "strength": "0.5", "candidates": "2"}
    assert browsers[0].post(f"/sketches/{sketch.id}/render", fields).status_code == 303
    work(app)
    db.rollback()
    made = list(db.scalars(select(Likeness.id).order_by(Likeness.number)))
    drafter, head = browsers
    return Room(app, db, case, drafter, head, made)


def test_from_an_empty_tab_to_a_published_notice(room: Room) -> None:
    tab = room.drafter.get(f"/cases/{room.case.id}/notices").text
    assert "No notice yet" in words(tab)
    room.draft()
    said = words(room.page())
    assert "Choose one picture at least." in said
    room.picture()
    assert "Submit for a decision" in words(room.page())
    room.act(room.drafter, "/submit")
    assert "The pictures are being made" in words(room.page())
    work(room.app)
    assert "Look and decide" in words(room.page(browser=room.supervisor))
    assert "Notices to decide" in words(room.supervisor.get("/notices").text)
    assert "Notices to decide" not in words(room.drafter.get("/notices").text)
    decision = room.page("/decision", room.supervisor)
    assert "Every picture was made for this very revision" in words(decision)
    unmet = room.act(room.supervisor, "/approve", status=422)
    assert "Tick this to publish." in words(unmet)
    room.act(room.supervisor, "/approve", checked="seen")
    room.db.rollback()
    assert room.db.scalars(select(Publication)).one().slug == room.notice().slug
    said = words(room.page())
    assert "Version 1" in said
    assert "Withdraw now" not in said
    assert "Withdraw now" in words(room.page(browser=room.supervisor))
    room.act(room.supervisor, "/withdraw")
    assert "It is not public any more" in words(room.page())
    assert room.act(room.supervisor, "/withdraw", status=409)


def test_what_is_grave_wants_a_fresh_confirmation(room: Room) -> None:
    room.submit()
    forget_confirmations(room.app)
    for part in ("/approve", "/withdraw"):
        assert "Confirm that it is you" in room.act(room.supervisor, part, status=403, checked="seen")
    room.db.rollback()
    assert room.db.scalars(select(Publication)).all() == []


def test_errors_stand_beside_their_fields_and_nothing_is_lost(room: Room) -> None:
    wrong = {
        "area_en": "12 High Street",
        "happened_from": "yesterday",
        "headline_en": "x" * 121,
        "known_en": "Long\nstory",
    }
    answer = room.drafter.post(f"/cases/{room.case.id}/notices/new", TEXTS | wrong)
    assert answer.status_code == 422
    said = words(answer.text)
    assert "leave out house numbers" in said
    assert "year, month and day" in said
    assert "too long" in said
    assert all(value in answer.text for value in ("12 High Street", "x" * 121, "Long\nstory"))
    assert answer.text.count('aria-invalid="true"') == 3
    assert room.db.scalars(select(Notice)).all() == []


def test_the_contact_is_the_agencys_to_begin_with(room: Room) -> None:
    values = {"name": "Harbour police", "phone": "+66 2 000 0000"}
    with transaction(room.db):
        room.db.add(SettingSection(name="agency", values=values, revision=1, changed_at=utc_now()))
    settings._known.clear()
    assert "Harbour police\n+66 2 000 0000</textarea>" in room.drafter.get(f"/cases/{room.case.id}/notices/new").text
    room.draft(contact_th="Harbour police\n+66 2 000 0000")
    assert list(service.content_of(room.notice()).words) == ["en"]


def test_a_notice_begins_with_a_likeness(room: Room) -> None:
    first = str(room.likenesses[0])
    page = room.drafter.get(f"/cases/{room.case.id}/notices/new?likeness={first}").text
    assert f'name="likeness" value="{first}"' in page
    assert service.content_of(room.draft(likeness=first)).pictures[0].likenesses == (room.likenesses[0],)


def test_two_who_write_at_once_lose_nothing(room: Room) -> None:
    notice = room.draft()
    later = TEXTS | {"revision": str(notice.revision), "headline_en": "Have you seen him?"}
    room.drafter.post(room.place("/edit"), later)
    answer = room.supervisor.post(room.place("/edit"), later | {"headline_en": "Do you know him?"})
    assert answer.status_code == 409
    said = words(answer.text)
    assert "Somebody else has changed this notice" in said
    assert "On record now: Have you seen him?" in said
    assert "Do you know him?" in answer.text
    assert f'name="revision" value="{room.notice().revision}"' in answer.text


def test_pictures_are_added_moved_and_removed_without_script(room: Room) -> None:
    room.draft()
    one, two = (str(likeness) for likeness in room.likenesses)

    def ask(action: str, **fields: Any) -> list[list[str]]:
        room.act(room.drafter, "/pictures", action=action, **fields)
        return [
            [str(likeness) for likeness in picture.likenesses] for picture in service.content_of(room.notice()).pictures
        ]

    assert ask("add", chosen=[one, two]) == [[one, two]]
    assert "Morph of 2 likenesses" in words(room.page("/pictures"))
    kept = {"likenesses_1": f"{one},{two}", "alt_en_1": "A man"}
    assert ask("add", chosen=one, **kept) == [[one, two], [one]]
    both = kept | {"likenesses_2": one}
    assert ask("up-2", **both) == [[one], [one, two]]
    assert ask("remove-1", **both) == [[one]]
    assert "Tick one likeness" in room.act(room.drafter, "/pictures", status=422, action="add", **kept)
    foreign = room.act(room.drafter, "/pictures", status=422, action="save", likenesses_1=str(uuid.uuid4()))
    assert "its own case" in foreign


@pytest.mark.parametrize(
    "box", [("10", "10", "5", "20"), ("10", "x", "20", "20"), ("-1", "0", "20", "20"), ("nan", "0", "9", "9")]
)
def test_boxes_that_cannot_be_are_told(room: Room, box: tuple[str, ...]) -> None:
    room.draft()
    fields = dict(zip(("left", "top", "right", "bottom"), box, strict=True))
    said = {f"box_{side}_1": value for side, value in fields.items()}
    page = room.act(room.drafter, "/pictures", status=422, action="save", likenesses_1=str(room.likenesses[0]), **said)
    assert "Each box needs four numbers" in page
    assert all(f'value="{value}"' in page for value in box)


def test_crop_and_boxes_are_kept_as_shares(room: Room) -> None:
    room.draft()
    crop = {"crop_left_1": "5", "crop_top_1": "0", "crop_right_1": "95,5", "crop_bottom_1": "100"}
    boxes = {"box_left_1": ["10", ""], "box_top_1": ["20", ""], "box_right_1": ["30", ""], "box_bottom_1": ["40", ""]}
    room.picture(**crop, **boxes)  # type: ignore[arg-type]
    picture = service.content_of(room.notice()).pictures[0]
    assert (picture.crop, picture.boxes) == ((0.05, 0.0, 0.955, 1.0), ((0.1, 0.2, 0.3, 0.4),))
    assert 'value="95.5"' in room.page("/pictures")


def test_the_preview_is_the_publics_own_page(room: Room) -> None:
    room.submit()
    page = room.page("/preview/en")
    assert "Who knows this man?" in page
    assert "A man with short hair." in page
    shown = re.findall(r'src(?:set)?="(/notices/[^" ]+)', page)
    assert shown
    for address in shown:
        answer = room.drafter.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert room.drafter.get(room.place("/preview/th")).status_code == 404
    other = Browser(room.app)
    assert other.get(shown[0]).status_code == 302


def test_a_draft_has_its_pictures_made_for_the_preview(room: Room) -> None:
    room.draft()
    room.picture()
    assert "/files/" not in room.page("/preview/en")
    room.act(room.drafter, "/make-pictures")
    work(room.app)
    assert "/files/" in room.page("/preview/en")
    room.act(room.drafter, "/submit")
    room.db.rollback()
    assert {file.revision for file in room.db.scalars(select(NoticeFile))} == {room.notice().revision}
    room.act(room.supervisor, "/approve", checked="seen")
    assert room.notice().stage == NoticeStage.APPROVED


def test_a_returned_notice_says_why(room: Room) -> None:
    room.submit()
    assert "Say what has to be changed" in room.act(room.supervisor, "/return", status=422, comment=" ")
    room.act(room.supervisor, "/return", comment="Say more about the coat.")
    assert "Say more about the coat." in words(room.page())
    told = words(room.drafter.get("/notifications").text)
    assert "Head returned the notice" in told


def test_somebody_elsewhere_sees_nothing_of_it(room: Room, person: Person) -> None:
    room.submit()
    other = Browser(room.app)
    other.sign_in(person("Elsewhere", Role.SUPERVISOR))
    file = room.db.scalars(select(NoticeFile.id)).first()
    for part in ("", "/edit", "/pictures", "/preview/en", "/decision", f"/files/{file}"):
        assert other.get(room.place(part)).status_code == 404, part
    for part in ("/submit", "/take-back", "/approve", "/return", "/withdraw", "/edit", "/pictures", "/make-pictures"):
        assert other.post(room.place(part), {"revision": "1"}).status_code == 404, part
    assert "No notice here" in words(other.get("/notices").text)


def test_what_the_cdn_is_still_to_be_told_is_on_the_operators_page(room: Room, person: Person) -> None:
    room.publish()
    admin = Browser(create_app(replace(services(room.app).settings, purge=PurgeSettings("http://127.0.0.1:1/"))))
    admin.sign_in(person("Operator", Role.ADMIN))
    assert "still to be told of 1 notice." in words(admin.get("/admin/operations").text)
    purge.send_due(services(admin.client.application).database, services(admin.client.application).settings)
    assert "Tried 1 times; the last answer: ConnectionError" in words(admin.get("/admin/operations").text)


def test_pictures_that_could_not_be_made_are_said_and_made_again(room: Room) -> None:
    store, key = services(room.app).store, room.db.get_one(Likeness, room.likenesses[0]).image_key
    data = store.get(key)
    store.remove(store.describe(key))
    room.submit()
    assert "The pictures could not be made:" in words(room.page())
    assert "could not be made." in words(room.drafter.get("/notifications").text)
    store.put(key, data)
    room.act(room.drafter, "/make-pictures")
    work(room.app)
    assert "could not be made" not in words(room.page())
    room.act(room.supervisor, "/approve", checked="seen")


def test_a_notice_is_drafted_from_a_likeness(room: Room) -> None:
    sketch_id = room.db.get_one(Likeness, room.likenesses[0]).sketch_id
    page = room.drafter.get(f"/sketches/{sketch_id}?likeness=1").text
    assert f"/cases/{room.case.id}/notices/new?likeness={room.likenesses[0]}" in page


def test_what_was_just_done_is_said_as_long_as_it_is_so(room: Room) -> None:
    room.draft()
    room.picture()
    submitted = room.drafter.post(room.place("/submit"), {"revision": str(room.notice().revision)})
    assert "The notice waits for a decision now." in room.drafter.get(submitted.headers["Location"]).text
    work(room.app)
    form = {"revision": str(room.notice().revision), "checked": "seen"}
    published = room.supervisor.post(room.place("/approve"), form).headers["Location"]
    assert "The notice is public now." in room.supervisor.get(published).text
    assert "waits for a decision now" not in room.drafter.get(submitted.headers["Location"]).text
    room.act(room.supervisor, "/withdraw")
    assert "The notice is public now." not in room.supervisor.get(published).text


def test_nobody_is_asked_to_decide_about_their_own(room: Room) -> None:
    """Where it takes two: they would be refused."""
    room.drafter, drafter = room.supervisor, room.drafter
    room.submit()
    assert "Notices to decide" not in room.supervisor.get("/notices").text
    assert "Another supervisor decides" in room.page()
    with transaction(room.db):
        room.db.add(SettingSection(name="cases", values={"two_people": False}, revision=1, changed_at=utc_now()))
    assert "Notices to decide" in room.supervisor.get("/notices").text
    assert "Look and decide" in room.page()
    assert "Notices to decide" not in drafter.get("/notices").text


def test_the_list_shows_the_face_and_the_last_day(room: Room) -> None:
    """Of a moment at midnight the last day is the one that it ends."""
    room.publish()
    page = room.drafter.get("/notices").text
    assert f"/likenesses/{room.likenesses[0]}/thumbnail" in page
    last = service.content_of(room.notice()).expires_on
    assert last is not None
    assert f'notice-cell-day">{last.day} ' in page
    assert f"until the end of {last.day} " in words(room.page())


def test_a_picture_that_was_added_is_where_one_goes_on(room: Room) -> None:
    room.draft()
    room.picture()
    form = {"likenesses_1": str(room.likenesses[0]), "chosen": str(room.likenesses[1])}
    revision = str(room.notice().revision)
    added = room.drafter.post(room.place("/pictures"), form | {"revision": revision, "action": "add"})
    assert added.headers["Location"].endswith("/pictures#picture-2")
    assert 'id="picture-2"' in room.page("/pictures")


def test_a_bulletin_is_made_of_what_was_approved(room: Room) -> None:
    room.publish()
    asked = room.drafter.post(
        f"/publications/{room.notice().slug}/bulletins", {"format": "pdf", "paper": "a4", "language": "en"}
    )
    assert asked.status_code == 303
    work(room.app)
    page = room.drafter.get(asked.headers["Location"]).text
    assert "Download" in words(page)
