"""An answer is made once, and never outlives what it shows."""

import threading
import time

import pytest
from sqlalchemy import event

from app.agency import settings as agency_settings
from app.public import remembered
from app.public.answers import Prepared, prepare
from models import SettingSection
from tests.public.conftest import Reader
from tests.published import ENGLISH, Press


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types of the answers that are made from now on."""
    made: list[str] = []

    def counted(body: str, mime: str) -> Prepared:
        made.append(mime)
        return prepare(body, mime)

    monkeypatch.setattr(remembered, "prepare", counted)
    return made


def test_what_was_made_is_sent_again_and_its_end_is_seen_at_once(
    reader: Reader, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = counting(monkeypatch)
    press.publish("harbour")
    press.publish("pier", days_ago=2)
    first = reader.get("/en/").data
    assert reader.get("/en/").data == first
    assert len(made) == 1
    assert b"/en/notices/harbour" in first
    press.end("harbour")
    began = time.monotonic()
    assert b"/en/notices/harbour" not in reader.get("/en/").data
    assert reader.get("/en/notices/harbour").status_code == 410
    assert time.monotonic() - began < 30
    assert len(made) == 2
    for path in (
        "/th/",
        "/en/?q=ferry",
        "/en/?q=scar",
        "/en/notices/pier",
        "/th/notices/pier",
        "/en/notices/pier/print",
    ):
        assert reader.get(path).status_code == 200
    assert len(made) == 8


def test_it_is_made_anew_when_the_agency_changes(reader: Reader, press: Press) -> None:
    press.publish("harbour")
    assert "Harbour Police" not in reader.get("/en/notices/harbour").text
    press.db.add(SettingSection(name="agency", values={"name": "Harbour Police"}, revision=1))
    press.db.commit()
    agency_settings._known.clear()
    assert "Harbour Police" in reader.get("/en/notices/harbour").text


def test_only_so_many_are_held() -> None:
    held = remembered.Remembered()
    for number in range(remembered.MOST + 10):
        held.get(number, lambda: prepare(str(number)))  # noqa: B023
    assert len(held._answers) == remembered.MOST
    assert held.get(5, lambda: prepare("anew")).data == b"anew"
    assert held.get(remembered.MOST + 9, lambda: prepare("anew")).data == str(remembered.MOST + 9).encode()


def test_a_page_that_is_remembered_costs_one_question(reader: Reader, press: Press) -> None:
    press.publish("harbour")
    asked: list[str] = []
    for path in ("/en/", "/en/notices/harbour", "/notices.json", "/en/feed.atom"):
        reader.get(path)
        engine = reader.client.application.extensions["semblance"].database.engine
        note = lambda *about: asked.append(about[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", note)
        reader.get(path)
        event.remove(engine, "before_cursor_execute", note)
        assert len([one for one in asked if "publication" in one]) == 1, (path, asked)
        asked.clear()


def test_many_readers_while_it_is_withdrawn(reader: Reader, press: Press) -> None:
    """Nobody who asks after the withdrawal sees it, however many ask at that moment."""
    press.publish("harbour", words={"en": ENGLISH})
    ended = threading.Event()
    wrong: list[int] = []

    def read() -> None:
        for _ in range(20):
            late = ended.is_set()
            status = reader.get("/en/notices/harbour").status_code
            if status not in (200, 410) or (late and status != 410):
                wrong.append(status)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for one in readers:
        one.start()
    press.end("harbour")
    ended.set()
    for one in readers:
        one.join()
    assert wrong == []
    assert reader.get("/en/notices/harbour").status_code == 410


def test_only_so_many_bytes_are_held() -> None:
    held = remembered.Remembered()
    for number in range(100):
        page = Prepared(b"x" * (remembered.MOST_BYTES // 20), b"x", "text/html", str(number))
        assert held.get(number, lambda page=page: page) is page  # type: ignore[misc]
    kept = list(held._answers.values())
    assert kept[-1].tag == "99"
    assert sum(one.size for one in kept) <= remembered.MOST_BYTES
    assert len(kept) > 10


@pytest.mark.parametrize("path", ["/notices/harbour.json", "/notices/harbour/misp.json"])
def test_what_programs_ask_for_is_made_once(
    reader: Reader, press: Press, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    press.publish("harbour")
    made = counting(monkeypatch)
    assert reader.get(path).data == reader.get(path).data
    assert len(made) == 1
    press.end("harbour")
    assert reader.get(path).status_code == 410
