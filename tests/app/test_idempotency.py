"""A request that comes twice is done once: in turn, at the same moment, and across a death between."""

import datetime as dt
import io
import re
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app, idempotency
from app.database import Database, transaction
from app.errors import NotFound, Refused
from app.idempotency import KeyReused
from app.identity import units
from app.settings import ROOT, Settings
from app.storage import open_store
from app.studio import service
from app.studio.samples import samples
from app.supervisor.children import die_with_parent
from models import Account, IdempotentRequest, Job, JobKind, Likeness, Sketch
from tests.app.conftest import settings_for
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services, sketches_in, work
from tests.live import environment
from tests.people import PASSWORD, Person
from tests.servers import START_SECONDS, free_port, wait_until

KEY = {"Idempotency-Key": "one-key-for-this"}


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_for(tmp_path / "var", DATABASE_URL=database_url)


def count(db: Session, table: type[Sketch | Job | Likeness | IdempotentRequest]) -> int:
    db.rollback()
    return db.scalar(select(func.count()).select_from(table)) or 0


def send(browser: Browser, data: bytes = b"", headers: dict[str, str] = KEY, **fields: str) -> TestResponse:
    files = {"files": (io.BytesIO(data or drawing_png(1)), "a.png")}
    return browser.post("/sketches/new", {**files, **fields}, **headers)


def test_an_upload_sent_twice_makes_one_sketch(signed_in: Browser, db: Session) -> None:
    first, second = send(signed_in), send(signed_in)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert "Idempotent-Replay" not in first.headers
    assert second.headers["Idempotent-Replay"] == "true"
    assert (count(db, Sketch), count(db, Job), count(db, IdempotentRequest)) == (1, 1, 1)


def test_a_script_gets_the_same_answer_twice(signed_in: Browser) -> None:
    asking = {**KEY, "Accept": "application/json"}
    first, second = send(signed_in, headers=asking), send(signed_in, headers=asking)
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotent-Replay"] == "true"


def test_without_a_key_or_with_another_it_is_another_sketch(signed_in: Browser, db: Session) -> None:
    send(signed_in, headers={})
    send(signed_in, headers={})
    send(signed_in)
    send(signed_in, headers={"Idempotency-Key": "another"})
    assert sketches_in(db) == 4


@pytest.mark.parametrize("change", ["bytes", "title", "parent"])
def test_the_same_key_for_something_else_is_refused(signed_in: Browser, db: Session, change: str) -> None:
    made = send(signed_in).headers["Location"].rpartition("/")[2]
    different: dict[str, str] = {"title": {"title": "Other"}, "parent": {"parent": made}}.get(change, {})
    answer = send(signed_in, drawing_png(2) if change == "bytes" else b"", KEY, **different)
    assert answer.status_code == 422
    assert "used before" in answer.text
    assert sketches_in(db) == 1


@pytest.mark.parametrize("key", ["x" * 101, "with space", "caf\u00e9"])
def test_a_key_that_cannot_be_one_is_refused(signed_in: Browser, db: Session, key: str) -> None:
    answer = send(signed_in, headers={}, idempotency_key=key)
    assert answer.status_code == 422
    assert sketches_in(db) == 0


def test_another_account_may_use_the_same_key(app: Flask, signed_in: Browser, person: Person, db: Session) -> None:
    other = Browser(app)
    other.sign_in(person())
    assert send(signed_in).headers["Location"] != send(other).headers["Location"]
    assert sketches_in(db) == 2


def several(browser: Browser, *seeds: int, bad: bool = False) -> TestResponse:
    files = [(io.BytesIO(drawing_png(seed)), f"{seed}.png") for seed in seeds]
    if bad:
        files.insert(0, (io.BytesIO(b"no picture"), "bad.png"))
    return browser.post("/sketches/new", {"files": files}, Accept="application/json", **KEY)


def test_several_files_share_a_key(signed_in: Browser, db: Session) -> None:
    first, second = several(signed_in, 1, 2, 3), several(signed_in, 1, 2, 3)
    assert first.get_json() == second.get_json()
    assert (first.headers.get("Idempotent-Replay"), second.headers.get("Idempotent-Replay")) == (None, "true")
    assert sketches_in(db) == 3
    assert several(signed_in, 1, 2).status_code == 422
    assert several(signed_in, 3, 2, 1).status_code == 422
    assert sketches_in(db) == 3


def test_files_beside_a_refused_one_are_not_added_again(signed_in: Browser, db: Session) -> None:
    first, second = several(signed_in, 1, 2, bad=True), several(signed_in, 1, 2, bad=True)
    assert first.get_json() == second.get_json()
    assert len(first.get_json()["refused"]) == 1
    assert sketches_in(db) == 2
    assert several(signed_in, 4, 5, 6).status_code == 422
    assert sketches_in(db) == 2


def test_what_a_death_left_undone_is_done_by_the_repeat(signed_in: Browser, db: Session) -> None:
    first = several(signed_in, 1, 2)
    with transaction(db):  # as if the process had died after the first file
        row = db.scalars(select(IdempotentRequest).where(IdempotentRequest.key == KEY["Idempotency-Key"] + "/1")).one()
        db.delete(row)
    second = several(signed_in, 1, 2)
    assert second.get_json()["added"][0] == first.get_json()["added"][0]
    assert second.get_json()["added"][1] != first.get_json()["added"][1]


def test_a_sample_and_its_render_are_made_once(app: Flask, signed_in: Browser, db: Session) -> None:
    name = samples()[0].name
    first = signed_in.post("/sketches/sample", {"name": name}, **KEY)
    work(app)  # its render is over: only the key says that it was asked for
    second = signed_in.post("/sketches/sample", {"name": name}, **KEY)
    assert first.headers["Location"] == second.headers["Location"]
    assert second.headers["Idempotent-Replay"] == "true"
    assert (count(db, Sketch), count(db, Job), count(db, Likeness)) == (1, 2, 1)
    assert signed_in.post("/sketches/sample", {"name": samples()[1].name}, **KEY).status_code == 422


def test_a_render_asked_for_again_after_it_was_done_is_the_same_one(
    app: Flask, signed_in: Browser, db: Session
) -> None:
    address = send(signed_in).headers["Location"]
    asking = {"engine": "pix2pix", "seed": "4", "strength": "0.5"}
    key = {"Idempotency-Key": "render-it"}
    for _ in range(2):
        assert signed_in.post(address + "/render", asking, **key).status_code == 303
        work(app)
    assert count(db, Likeness) == 1
    again = signed_in.post(address + "/render", asking, **key)
    assert again.headers["Idempotent-Replay"] == "true"
    assert signed_in.post(address + "/render", {**asking, "seed": "5"}, **key).status_code == 422
    assert signed_in.post(address + "/render", asking).status_code == 303
    work(app)
    assert count(db, Likeness) == 2


def test_a_repeat_shows_nothing_that_its_asker_does_not_see_any_more(
    app: Flask, signed_in: Browser, db: Session, person: Person
) -> None:
    """What was made is the unit's: others may have given it another title since."""
    asking = {**KEY, "Accept": "application/json"}
    address = send(signed_in, headers=asking).get_json()["added"][0]["address"]
    sketch_id, mine = uuid.UUID(address.rpartition("/")[2]), db.scalars(select(Account)).one()
    render = {"engine": "pix2pix", "seed": "4", "strength": "0.5"}
    request = idempotency.asked(mine.id, "render", render)
    sketch = service.get_sketch(db, mine, sketch_id)
    service.request_render(db, mine, sketch, "pix2pix", request=request)
    unit = units.add_unit(db, "Theirs")
    with transaction(db):
        held = db.get_one(Sketch, sketch_id)
        held.unit_id, held.title = unit.id, "Only theirs to know"
    again = send(signed_in, headers=asking)
    assert again.status_code == 404
    assert "Only theirs" not in again.text
    with pytest.raises(NotFound):
        service.request_render(db, mine, sketch, "pix2pix", request=request)
    assert (count(db, Sketch), count(db, Job)) == (1, 2)


def test_our_own_forms_carry_a_key_of_their_own(signed_in: Browser) -> None:
    found = re.findall(r'name="idempotency_key" value="([^"]+)"', signed_in.get("/sketches/new").text)
    found += re.findall(r'name="idempotency_key" value="([^"]+)"', signed_in.get("/sketches/new").text)
    assert len(found) == len(set(found)) == 4


def test_requests_at_the_same_moment_make_one_sketch(
    database: Database, settings: Settings, person: Person, db: Session
) -> None:
    account = person()
    together, failures = threading.Barrier(6), list[BaseException]()
    made: set[object] = set()
    png = drawing_png(1)

    def add() -> None:
        try:
            with database.session() as own:
                owner = own.get_one(Account, account.id)
                request = idempotency.asked(owner.id, "same", "upload")
                own.rollback()
                together.wait(20)
                made.add(service.create_sketch(own, open_store(settings), owner, png, "a.png", request=request).id)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(made) == 1
    assert (count(db, Sketch), count(db, Job), count(db, IdempotentRequest)) == (1, 1, 1)


def test_one_that_comes_while_the_first_is_being_done_waits_and_gets_its_records(
    database: Database, person: Person, db: Session
) -> None:
    account_id = person().id
    inside, go_on = threading.Event(), threading.Event()
    outcomes = {}
    made = [uuid.uuid4()]

    def slowly() -> list[uuid.UUID]:
        inside.set()
        assert go_on.wait(20)
        return made

    def run(name: str, make: object) -> None:
        with database.session() as own:
            outcomes[name] = idempotency.once(own, idempotency.asked(account_id, "k", 1), make)  # type: ignore[arg-type]

    first = threading.Thread(target=run, args=("first", slowly))
    second = threading.Thread(target=run, args=("second", pytest.fail))
    first.start()
    assert inside.wait(20)
    second.start()
    second.join(0.5)
    assert second.is_alive()
    go_on.set()
    first.join(20)
    second.join(20)
    assert (outcomes["first"].made, outcomes["first"].replayed) == (made, False)
    assert (outcomes["second"].made, outcomes["second"].replayed) == (made, True)


def test_what_fails_leaves_the_key_free(db: Session, person: Person) -> None:
    request = idempotency.asked(person().id, "k", 1)
    with pytest.raises(Refused):
        idempotency.once(db, request, _refuse)
    assert count(db, IdempotentRequest) == 0
    assert idempotency.once(db, request, list).replayed is False
    with pytest.raises(KeyReused):
        idempotency.once(db, idempotency.asked(request.account_id if request else None, "k", 2), list)  # type: ignore[arg-type]


def _refuse() -> list[uuid.UUID]:
    raise Refused("Not like this.")


def test_requests_are_forgotten_after_a_day(db: Session, person: Person) -> None:
    account = person()
    for key, hours in (("old", 25), ("new", 23)):
        idempotency.once(db, idempotency.asked(account.id, key, 1), list)
        with transaction(db):
            row = db.scalars(select(IdempotentRequest).where(IdempotentRequest.key == key)).one()
            row.created_at -= dt.timedelta(hours=hours)
    assert idempotency.forget_old(db) == 1
    assert idempotency.forget_old(db) == 0
    assert list(db.scalars(select(IdempotentRequest.key))) == ["new"]


@pytest.mark.slow
def test_a_process_killed_between_commit_and_answer_and_asked_again_made_one_sketch(
    database: Database, settings: Settings, person: Person, db: Session
) -> None:
    account = person()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.app.web_process", str(port)],
        cwd=ROOT,
        env=environment(settings.var, DATABASE_URL=settings.database_url),
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url), START_SECONDS, "the start of the web process")
        before = Browser(create_app(settings))
        before.sign_in(account, PASSWORD)
        cookie = before.client.get_cookie("semblance")
        assert cookie is not None
        fields = {"csrf_token": before.token()}
        files, cookies = {"files": ("a.png", drawing_png(1))}, {"semblance": cookie.value}
        with pytest.raises(requests.ConnectionError):
            requests.post(url + "/sketches/new", fields, files=files, cookies=cookies, headers=KEY, timeout=60)
        assert process.wait(60) == -9
        assert sketches_in(db) == 1
        again = send(before)
        assert again.headers["Idempotent-Replay"] == "true"
        assert sketches_in(db) == 1
        sketch = db.scalars(select(Sketch)).one()
        assert again.headers["Location"].endswith(str(sketch.id))
        assert db.scalars(select(Job.kind)).all() == [JobKind.ALIGN]
        services(before.client.application).database.close()
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return requests.get(url + "/livez", timeout=2).ok
    except requests.RequestException:
        return False
