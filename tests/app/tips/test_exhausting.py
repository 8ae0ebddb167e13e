"""Whoever only claims to send much, or begins and never ends, uses up nothing that others need."""

import html
import io
import json
import re
import threading
from pathlib import Path
from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from app.tips.admission import CALM
from app.tips.fields import MOST_TEXT
from app.tips.flood import Flood
from app.tips.upload_views import ALL_BEGUN, BEGUN
from app.tips.uploads import CHUNK, Gone, Uploads, key_text
from models import TipFile
from tests.app.tips.conftest import MARK, Clock, Forms, receipt_of, work

BINARY = "application/octet-stream"


def begin(forms: Forms, address: str = "192.0.2.1") -> TestResponse:
    query = forms.form(address=address).partition("?")[2]
    return forms.post(f"/en/uploads?{query}", b"-", address)


def piece(forms: Forms, upload: dict[str, str], data: bytes, claimed: int | None = None, offset: int = 0) -> Response:
    headers = {"Upload-Key": upload["key"], "Upload-Offset": str(offset)}
    return claiming(
        forms, claimed or len(data), f"/en/uploads/{upload['id']}", data, content_type=BINARY, headers=headers
    )


def claiming(forms: Forms, size: int, path: str, data: Any, **facts: Any) -> Response:
    """A request that says of its body that it has so many bytes."""
    environ = EnvironBuilder(path, method="POST", data=data, **facts).get_environ()
    environ |= {"CONTENT_LENGTH": str(size), "REMOTE_ADDR": "192.0.2.1"}
    return Response(*run_wsgi_app(forms.app, environ, buffered=True))


def taken_today(forms: Forms) -> int:
    return forms.desk.quota.count(0)


def test_a_piece_counts_for_what_arrived_and_not_for_what_was_claimed(forms: Forms) -> None:
    upload = begin(forms).json
    assert upload
    before = taken_today(forms)
    assert piece(forms, upload, b"x", claimed=10**9).status_code == 413
    assert piece(forms, upload, b"x" * 9, claimed=CHUNK).status_code == 400
    assert piece(forms, upload, b"x" * 9, offset=7).status_code == 409
    assert taken_today(forms) == before
    assert piece(forms, upload, b"x" * 9).json == {"offset": 9}
    assert taken_today(forms) == before + 9


def test_a_form_that_claims_too_much_is_refused_before_it_counts(forms: Forms) -> None:
    action, before = forms.form(), taken_today(forms)
    assert claiming(forms, 10**9, action, {"text": "x"}).status_code == 413
    assert taken_today(forms) == before
    assert forms.post(action, {"text": "I saw her."}).status_code == 200, "its work was not used up"


def test_only_so_many_files_are_begun(forms: Forms) -> None:
    codes = [begin(forms).status_code for _ in range(BEGUN[0] + 1)]
    assert codes == [200] * BEGUN[0] + [429]
    assert begin(forms, "192.0.2.9").status_code == 200
    for _ in range(ALL_BEGUN[0]):
        forms.door.flood.count("all begun", "", *ALL_BEGUN)
    assert begin(forms, "192.0.2.10").status_code == 429


def test_what_was_begun_and_never_came_goes_after_an_hour(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    empty, _key = uploads.begin()
    begun, key = uploads.begin()
    uploads.append(begun, key, 0, io.BytesIO(b"x"))
    at = (tmp_path / empty).stat().st_mtime
    assert uploads.sweep(at + 3590) == 0
    assert uploads.sweep(at + 3610) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [begun, f"{begun}.json"]


def test_a_file_is_named_once(forms: Forms) -> None:
    upload = begin(forms).json
    assert upload
    piece(forms, upload, b"x")
    one = {"id": upload["id"], "key": upload["key"], "name": "a.mp4", "mime": "video/mp4"}
    answer = forms.send(text="x", uploads=json.dumps([one, one]))
    assert answer.status_code == 422
    assert "Choose it once more" in answer.text
    assert forms.send(text="x", uploads=json.dumps([one])).status_code == 200


def test_no_file_is_sent_twice(forms: Forms, db: Session) -> None:
    """The form is drawn again with the files that have arrived, and so with every try until it is taken."""
    name, key = forms.desk.uploads.begin()
    forms.desk.uploads.append(name, key, 0, io.BytesIO(b"x"))
    sent = json.dumps([{"id": name, "key": key_text(key), "name": "<pier>\ud800.mp4", "mime": "video/mp4"}])
    refused = forms.send(text="x" * (MOST_TEXT + 1), uploads=sent)
    assert refused.status_code == 422
    assert "Already here: &lt;pier&gt;?.mp4" in refused.text
    kept = re.search(r'name="uploads" value="([^"]+)"', refused.text)
    assert kept
    assert html.unescape(kept[1]) == sent
    assert "Already here" not in forms.send(text="", uploads="[7]").text
    assert forms.send(text="x", uploads=html.unescape(kept[1])).status_code == 200
    assert len(db.scalars(select(TipFile)).all()) == 1


def test_a_piece_that_comes_while_a_tip_takes_the_file_changes_nothing(forms: Forms) -> None:
    """It waits for the file, and the file is gone when its turn comes."""
    uploads = forms.desk.uploads
    name, key = uploads.begin()
    uploads.append(name, key, 0, io.BytesIO(b"x" * 10))
    put, late = forms.desk.spool.put, []

    def slow(*given: Any, **facts: Any) -> Any:
        entry = put(*given, **facts)
        sender = threading.Thread(target=lambda: late.append(_outcome(uploads, name, key)))
        sender.start()
        sender.join(0.3)
        assert late == [], "it waits"
        slow.sender = sender  # type: ignore[attr-defined]
        return entry

    forms.desk.spool.put = slow  # type: ignore[method-assign]
    named = json.dumps([{"id": name, "key": key_text(key), "name": "a.mp4", "mime": "video/mp4"}])
    assert forms.send(text="x", uploads=named).status_code == 200
    slow.sender.join(10)  # type: ignore[attr-defined]
    assert late == ["Gone"]
    assert forms.desk.spool.waiting() == []


def test_of_two_tips_with_one_file_the_first_has_it(tmp_path: Path) -> None:
    uploads, late = Uploads(tmp_path), []
    name, key = uploads.begin()
    uploads.append(name, key, 0, io.BytesIO(b"x"))
    upload = uploads.finished(name, key, "a.mp4", "video/mp4")

    def second() -> None:
        try:
            with uploads.handing_over([upload]):
                late.append("taken")
        except Gone:
            late.append("gone")

    sender = threading.Thread(target=second)
    with uploads.handing_over([upload]):
        sender.start()
        sender.join(0.3)
        assert late == [], "it waits"
    sender.join(10)
    assert late == ["gone"]


def _outcome(uploads: Uploads, name: str, key: bytes) -> str:
    try:
        return str(uploads.append(name, key, 10, io.BytesIO(b"y")))
    except Gone as error:
        return type(error).__name__


def test_where_there_is_no_room_what_was_typed_stays(forms: Forms) -> None:
    number, words = receipt_of(forms.send(text="first").text)
    known = {"number": number, "secret": words}
    forms.desk.quota._waiting = 0
    refused = forms.send(text="I saw her at the pier.")
    assert refused.status_code == 507
    assert "no room for more tips" in refused.text
    assert "I saw her at the pier." in refused.text
    page = forms.post("/en/receipt", known).text
    found = MARK.search(page)
    assert found
    again = forms.post(f"{found[1]}&work={work(found[2])}", {**known, "text": "One more thing."})
    assert (again.status_code, "One more thing." in again.text) == (507, True)


def test_one_network_alone_makes_it_no_harder_for_others(forms: Forms) -> None:
    for _ in range(CALM * 5):
        forms.post("/en/new?form=x", {"text": "junk"})
    assert forms.door.pressure() == 0
    for network in range(5):
        for _ in range(CALM):
            forms.post("/en/new?form=x", {"text": "junk"}, f"203.0.113.{network}")
    assert forms.door.pressure() > 0


def test_whoever_asks_without_being_counted_is_not_remembered() -> None:
    flood = Flood(Clock())
    for number in range(1000):
        assert flood.room("wrong receipt", str(number), 10, 900)
    assert len(flood._seen) == 0
