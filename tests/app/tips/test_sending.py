"""A tip from the form to the agency, with no script: what is taken, what is refused, and what comes back."""

import io
import re
import secrets
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.storage import open_store
from app.tips import opening
from app.tips.fields import MOST_TEXT
from models import Role, Scan, Tip, TipFile, TipKind, TipMessage, TipState
from tests.app.tips.conftest import Forms, receipt_of
from tests.people import Person

Messages = Callable[[], list[TipMessage]]


def test_a_tip_arrives_sealed_and_is_read_by_the_agency_alone(forms: Forms, db: Session, messages: Messages) -> None:
    answer = forms.send(
        text="I saw her at the pier.", happened="Monday", place="the pier", contact="Somebody", notice="abc"
    )
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    tip = db.scalars(select(Tip)).one()
    assert (tip.kind, tip.state, tip.seen, tip.notice_slug, tip.language) == (TipKind.TIP, TipState.NEW, 0, "abc", "en")
    assert (tip.received_at.minute, tip.received_at.second, tip.received_at.microsecond) == (0, 0, 0)
    (message,) = messages()
    body = opening.open_message(db, forms.settings, message)
    assert (body.text, body.happened, body.place, body.contact) == (
        "I saw her at the pier.",
        "Monday",
        "the pier",
        "Somebody",
    )
    assert forms.desk.spool.waiting() == []
    number, _words = receipt_of(answer.text)
    assert number.replace(" ", "") == tip.receipt


def test_files_come_along_sealed(forms: Forms, db: Session, messages: Messages) -> None:
    data = secrets.token_bytes(700_000)
    answer = forms.send(files=[(io.BytesIO(data), "ภาพ.jpg"), (io.BytesIO(b"note"), "note.txt"), (io.BytesIO(b""), "")])
    assert answer.status_code == 200
    store = open_store(forms.settings)
    files = list(db.scalars(select(TipFile).order_by(TipFile.position)))
    found = []
    for file in files:
        with opening.open_file(db, forms.settings, store, file) as (facts, pieces):
            found.append((facts.name, b"".join(pieces)))
        assert (file.scan, file.size) == (Scan.WAITING, store.size(file.object_key))
    assert found == [("ภาพ.jpg", data), ("note.txt", b"note")]
    assert list(forms.desk.uploads.folder.iterdir()) == list(forms.desk.spool.folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["this_is_me", "wrong"])
def test_what_is_said_of_a_notice(forms: Forms, db: Session, kind: str) -> None:
    page = forms.get(f"/th/report?notice=abc&kind={kind}").text
    assert re.findall(r'value="(\w+)" checked', page) == [kind]
    assert forms.send("/th/report?notice=abc", kind=kind, text="ไม่ใช่ผม", notice="abc").status_code == 200
    tip = db.scalars(select(Tip)).one()
    assert (str(tip.kind), tip.language, tip.notice_slug) == (kind, "th", "abc")
    assert forms.send("/en/report", kind="tip", text="x").status_code == 422


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=2000)
HARD = st.sampled_from(
    [
        "\0",
        "a\0b",
        "\u202eevil\u202c",
        "👩‍👩‍👧‍👦" * 500,
        "ก" * MOST_TEXT,
        "x" * (MOST_TEXT + 1),
        "é" * 2**20,
        "\r\n",
        " ",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(ANY_TEXT, HARD))
def test_every_text_is_kept_exactly_or_refused_with_a_sentence(forms: Forms, text: str) -> None:
    forms.clock.now += 700  # so that nothing is counted together
    with forms.app.app_context(), forms.app.extensions["semblance"].database.session() as db:
        before = {one.id for one in db.scalars(select(TipMessage))}
        answer = forms.send(text=text)
        db.rollback()
        new = [one for one in db.scalars(select(TipMessage)) if one.id not in before]
        if answer.status_code == 200:
            assert [opening.open_message(db, forms.settings, one).text for one in new] == [text]
        else:
            assert answer.status_code in (413, 422)
            assert new == []
            assert any(words in answer.text for words in ("Write what you know", "too long", "too much to send"))
            assert not text.strip() or len(text) > MOST_TEXT


def test_nothing_is_typed_twice(forms: Forms) -> None:
    answer = forms.send(text="x" * (MOST_TEXT + 1), place="<b>the pier")
    assert answer.status_code == 422
    assert 'value="&lt;b&gt;the pier"' in answer.text
    assert "x" * (MOST_TEXT + 1) in answer.text


def test_without_a_key_nothing_is_taken(forms: Forms, db: Session) -> None:
    for message in db.scalars(select(Tip)):
        db.delete(message)
    from app.database import transaction
    from models import TipKey

    with transaction(db):
        for key in db.scalars(select(TipKey)):
            db.delete(key)
    answer = forms.send(text="I saw her.")
    assert answer.status_code == 503
    assert "no key" in answer.text


def test_a_sender_comes_back(forms: Forms, db: Session, messages: Messages, person: Person) -> None:
    number, secret = receipt_of(forms.send(text="I saw her.").text)
    tip = db.scalars(select(Tip)).one()
    opening.write_reply(db, tip, person(Role.SUPERVISOR).id, "Where <b>was</b> it?")
    page = forms.post("/en/receipt", {"number": number, "secret": secret.upper()})
    assert page.status_code == 200
    assert "Where &lt;b&gt;was&lt;/b&gt; it?" in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    action = page.text.split('action="')[1].split('"')[0]
    forms.clock.now += 5
    answer = forms.post(
        action, {"number": number, "secret": secret, "text": "At the pier.", "files": (io.BytesIO(b"!"), "a.txt")}
    )
    assert answer.status_code == 200
    assert "has arrived" in answer.text
    texts = [(one.position, opening.open_message(db, forms.settings, one).text) for one in messages()]
    assert texts == [(1, "I saw her."), (2, "Where <b>was</b> it?"), (3, "At the pier.")]
    assert db.scalars(select(TipFile)).one().message_id == messages()[2].id


def test_digits_do_as_well_as_words(forms: Forms) -> None:
    page = forms.send(text="I saw her.").text
    number, _secret = receipt_of(page)
    digits = page.split('tips-digits" translate="no">')[1].split("<")[0]
    assert forms.post("/th/receipt", {"number": number, "secret": digits}).status_code == 200


def test_an_unknown_number_is_answered_like_a_wrong_secret(forms: Forms) -> None:
    number, secret = receipt_of(forms.send(text="I saw her.").text)
    wrong = " ".join(reversed(secret.split()))
    answers = [
        forms.post("/en/receipt", {"number": one, "secret": word})
        for one, word in ((number, wrong), ("0" * 12, secret))
    ]
    assert [one.status_code for one in answers] == [422, 422]
    shown = [one.text.replace(number, "N").replace("0" * 12, "N") for one in answers]
    assert shown[0] == shown[1]


def test_guessing_is_throttled_by_receipt_from_wherever_it_comes(forms: Forms) -> None:
    number, secret = receipt_of(forms.send(text="I saw her.").text)
    wrong = " ".join(reversed(secret.split()))
    codes = [
        forms.post("/en/receipt", {"number": number, "secret": wrong}, f"192.0.2.{n}").status_code for n in range(2, 14)
    ]
    assert codes == [422] * 10 + [429] * 2
    assert forms.post("/en/receipt", {"number": number, "secret": secret}).status_code == 429
    forms.clock.now += 901
    assert forms.post("/en/receipt", {"number": number, "secret": secret}).status_code == 200


def test_another_site_cannot_send(forms: Forms) -> None:
    answer = forms.post(forms.form(), {"text": "x"}, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
