"""What administrators decide while the product runs: read by every process within seconds, changed by one at a time."""

import datetime as dt
import itertools
import threading
import time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agency import days, logo, rules, settings
from app.agency.declared import AgencySettings, declared
from app.cases import pattern
from app.database import Database, transaction
from app.errors import Conflict, Forbidden, NotFound, Refused
from app.storage import PUBLISHED, LocalStore, split_key
from app.sweep import named_keys
from models import Account, CustodyEntry, Role, SettingSection
from tests.app.drawings import drawing_png
from tests.people import Person

AS_IT_IS = {
    "name": [""],
    "address": [""],
    "email": [""],
    "phone": [""],
    "time_zone": ["UTC"],
}


@pytest.fixture
def head(person: Person) -> Account:
    return person(Role.ADMIN)


def entries(db: Session) -> list[CustodyEntry]:
    db.rollback()
    return list(db.scalars(select(CustodyEntry).where(CustodyEntry.action == "setting.changed").order_by("number")))


def test_what_nobody_has_changed_has_its_default(db: Session) -> None:
    assert settings.current(db) == AgencySettings()
    assert settings.current(db).two_people
    assert settings.current(db).weaknesses == []


def test_every_default_is_a_value_that_its_rule_takes() -> None:
    for name, one in declared():
        value = getattr(AgencySettings(), name)
        given = ["yes" if value else "no"] if isinstance(value, bool) else [str(value)]
        given = list(value) if isinstance(value, tuple) else given
        assert one.rule.read(given) == value, name


def test_a_change_is_an_entry_with_what_was_and_what_is(db: Session, head: Account) -> None:
    given = {**AS_IT_IS, "name": ["Harbour  Police"], "address": ["1 Quay\r\n\r\nTown "], "time_zone": ["Asia/Bangkok"]}
    assert settings.change(db, head, "agency", 0, given) == ["name", "address", "time_zone"]
    found = settings.current(db)
    assert (found.name, found.address, found.time_zone) == ("Harbour Police", "1 Quay\n\nTown", "Asia/Bangkok")
    (entry,) = entries(db)
    assert entry.actor_id == head.id
    assert entry.details["section"] == "agency"
    assert entry.details["was"] == {"name": "", "address": "", "time_zone": "UTC"}
    assert entry.details["now"]["name"] == "Harbour Police"
    assert entry.before != entry.after


def test_what_changes_nothing_is_no_entry(db: Session, head: Account) -> None:
    assert settings.change(db, head, "agency", 0, AS_IT_IS) == []
    assert entries(db) == []


def test_the_second_of_two_forms_is_refused(db: Session, head: Account) -> None:
    settings.change(db, head, "agency", 0, {**AS_IT_IS, "name": ["First"]})
    for stale in (0, 2):
        with pytest.raises(Conflict, match="Somebody else has changed"):
            settings.change(db, head, "agency", stale, {**AS_IT_IS, "name": ["Second"]})
    settings.change(db, head, "agency", 1, {**AS_IT_IS, "name": ["Third"]})
    assert settings.current(db).name == "Third"
    assert len(entries(db)) == 2


def test_of_many_first_changes_at_once_one_is_made(database: Database, db: Session, head: Account) -> None:
    outcomes: list[str] = []
    head_id = head.id

    def change(name: str) -> None:
        with database.session() as mine:
            try:
                settings.change(mine, mine.get_one(Account, head_id), "agency", 0, {**AS_IT_IS, "name": [name]})
                outcomes.append("done")
            except Conflict:
                outcomes.append("refused")

    threads = [threading.Thread(target=change, args=(f"Agency {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done"] + ["refused"] * 5
    assert len(entries(db)) == 1


@pytest.mark.parametrize(
    "section, field, given, said",
    [
        ("agency", "name", "x" * 121, "at most 120"),
        ("agency", "email", "no address", "not an e-mail address"),
        ("agency", "time_zone", "Moon/Base", "no time zone"),
        ("cases", "glass_minutes", "4", "from 5 to 480"),
        ("cases", "glass_minutes", "ten", "from 5 to 480"),
        ("cases", "case_numbers", "{year}", "needs {number}"),
        ("cases", "case_numbers", "{number}<b>", "letters, digits"),
        ("cases", "case_numbers", "A" * 33 + "{number}", "more than 40"),
        ("colours", "main_colour", "blue", "like #1f3a5f"),
        ("colours", "main_colour", "#12345", "like #1f3a5f"),
        ("colours", "alarm_colour", "#ff0000", "contrast is 4.0"),
        ("colours", "alarm_colour", "#ffffff", "contrast is 1.0"),
        ("entry", "session_hours", "25", "from 1 to 24"),
        ("entry", "confirm_minutes", "", "from 1 to 30"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    db: Session, head: Account, section: str, field: str, given: str, said: str
) -> None:
    defaults = AgencySettings().of_section(section)
    form = {name: ["yes" if value is True else str(value)] for name, value in defaults.items()}
    with pytest.raises(settings.SettingsRefused) as refused:
        settings.change(db, head, section, 0, {**form, field: [given]})
    assert list(refused.value.errors) == [field]
    assert said in refused.value.errors[field]
    assert settings.fresh(db) == AgencySettings()


@pytest.mark.parametrize(
    "colour, contrast", [("#000000", 21.0), ("#767676", 4.54), ("#0000ff", 8.59), ("#777777", 4.48)]
)
def test_contrast_is_that_of_the_guidelines(colour: str, contrast: float) -> None:
    assert round(rules.contrast_with_white(colour), 2) == contrast


def test_a_colour_that_white_text_can_be_read_on_is_taken(db: Session, head: Account) -> None:
    given = {"main_colour": [" #006000 "], "alarm_colour": ["#767676"]}
    assert settings.change(db, head, "colours", 0, given) == ["main_colour", "alarm_colour"]
    assert settings.current(db).main_colour == "#006000"


def test_settings_are_for_administrators(db: Session, head: Account, person: Person) -> None:
    with pytest.raises(Forbidden):
        settings.change(db, person(Role.SUPERVISOR), "agency", 0, AS_IT_IS)
    with pytest.raises(NotFound):
        settings.change(db, head, "logo", 0, {})
    with pytest.raises(NotFound):
        settings.change(db, head, "nothing", 0, {})


def test_other_processes_see_a_change_within_seconds(
    database: Database, db: Session, head: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert settings.current(db).name == ""
    with transaction(db):  # as another process writes it
        db.add(SettingSection(name="agency", values={"name": "Elsewhere"}, revision=1))
    assert settings.current(db).name == ""
    assert settings.fresh(db).name == "Elsewhere"
    later = now + settings.SEEN_WITHIN + 0.1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert settings.current(db).name == "Elsewhere"


def test_one_person_mode_is_a_weakness_that_is_named(db: Session, head: Account) -> None:
    form = {"case_numbers": ["{year}-{number:05}"], "glass_minutes": ["60"]}  # a switch that is off is not sent
    assert settings.change(db, head, "cases", 0, form) == ["two_people"]
    assert [str(one.warning) for one in settings.current(db).weaknesses] == [
        "One person alone can publish and delete here."
    ]


def test_a_value_of_a_setting_that_is_no_more_is_left_out(db: Session) -> None:
    with transaction(db):
        db.add(SettingSection(name="agency", values={"motto": "Onward", "name": "Harbour"}, revision=1))
    assert settings.fresh(db).name == "Harbour"


def test_the_logo_is_made_anew_and_kept_from_sweeps(db: Session, store: LocalStore, head: Account) -> None:
    sent = drawing_png(3)
    logo.set_logo(db, store, head, 0, sent)
    key = settings.known(db).logo_key
    assert key is not None
    assert split_key(key)[0] == str(PUBLISHED)
    assert store.get(key) != sent
    assert key in named_keys(db)
    logo.remove_logo(db, head, 1)
    assert settings.known(db).logo_key is None
    first, second = entries(db)
    assert (first.before, first.after) == (None, split_key(key)[1])
    assert (second.before, second.after) == (split_key(key)[1], None)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_no_logo(db: Session, store: LocalStore, head: Account, data: bytes) -> None:
    with pytest.raises(Refused, match="cannot be the logo"):
        logo.set_logo(db, store, head, 0, data)
    assert settings.known(db).logo_key is None


def test_a_day_is_the_agencys() -> None:
    moment = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)  # the clocks go forward in Berlin
    span = days.today(moment, "Europe/Berlin")
    assert span.begins == dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC)
    assert span.ends - span.begins == dt.timedelta(hours=23)
    assert days.today(dt.datetime(2026, 3, 28, 17, tzinfo=dt.UTC), "Asia/Bangkok").first == dt.date(2026, 3, 29)


@pytest.mark.parametrize(
    "step, first, last",
    [("day", dt.date(2026, 2, 28), dt.date(2026, 3, 29)), ("week", dt.date(2025, 9, 29), dt.date(2026, 3, 23)),
     ("month", dt.date(2025, 4, 1), dt.date(2026, 3, 1))],
)  # fmt: skip
def test_spans_follow_each_other_without_a_gap(step: str, first: dt.date, last: dt.date) -> None:
    found = days.spans(step, dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC), "Europe/Berlin")
    assert len(found) == days.SHOWN[step]
    assert (found[0].first, found[-1].first) == (first, last)
    assert all(before.ends == after.begins for before, after in itertools.pairwise(found))


def test_a_pattern_is_filled_in() -> None:
    now = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    scope = pattern.filled("{unit}/{year}-{month}/{number:04}", "Cold cases", now)
    assert pattern.with_number(scope, 7) == "CC/2026-03/0007"
    assert pattern.with_number(pattern.filled("{number}", "Homicide", now), 123) == "123"
