"""Renders and likenesses by the API: asked for, followed, cancelled; read, shown, kept."""

import hashlib

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import workers
from app.api.v1.likenesses import LABEL
from inference import mark
from models import Job
from tests.api.conftest import Issue
from tests.api.program import Program, nobody
from tests.app.renderers import CAPABILITIES
from tests.app.web import work
from tests.people import Person

WISH = {"engine": "pix2pix", "seed": 7, "strength": 0.5, "appearance": {"skin": "dark"}, "candidates": 3}


@pytest.fixture
def sketch(program: Program, db: Session, png: bytes) -> str:
    """Where a sketch is read; a worker is there that renders."""
    workers.register(db, "here", "1", CAPABILITIES)
    return program.hand_in(png).headers["Location"]


def test_a_render_is_asked_for_and_followed_to_its_likenesses(program: Program, app: Flask, sketch: str) -> None:
    asked = program.post(f"{sketch}/renders", json=WISH)
    assert asked.status_code == 202
    render = asked.json
    assert render is not None
    assert render["state"] == "queued"
    assert render["position"] == 2  # the search for the eyes goes first
    assert {name: render[name] for name in WISH} == WISH
    path = asked.headers["Location"]
    waiting = program.get(path)
    assert (waiting.json, waiting.headers["Retry-After"]) == (render, "2")
    assert program.get(path, headers={"If-None-Match": waiting.headers["ETag"]}).status_code == 304
    work(app)
    done = program.get(path, headers={"If-None-Match": waiting.headers["ETag"]})
    assert (done.status_code, "Retry-After" in done.headers) == (200, False)
    assert done.json is not None
    assert (done.json["state"], done.json["position"]) == ("done", None)
    assert [one["candidate"] for one in done.json["likenesses"]] == [1, 2, 3]
    second = program.get(done.json["likenesses"][1]["href"]).json
    assert second is not None
    assert (second["appearance"], second["varied"]) == ({"skin": "dark", "hair": "black"}, ["hair"])
    assert program.get(second["links"]["render"]).json == done.json, "whichever candidate leads there"


def test_asking_for_what_still_waits_gives_the_same(program: Program, sketch: str) -> None:
    first, again = (program.post(f"{sketch}/renders", json=WISH) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]


def test_the_same_key_asks_once_even_after_it_is_done(program: Program, app: Flask, sketch: str) -> None:
    key = {"Idempotency-Key": "wish-1"}
    first = program.post(f"{sketch}/renders", json=WISH, headers=key)
    work(app)
    again = program.post(f"{sketch}/renders", json=WISH, headers=key)
    assert (again.headers["Location"], again.headers["Idempotent-Replay"]) == (first.headers["Location"], "true")
    other = program.post(f"{sketch}/renders", json={**WISH, "seed": 8}, headers=key)
    assert other.status_code == 422


def test_a_render_is_cancelled_once(program: Program, sketch: str) -> None:
    path = program.post(f"{sketch}/renders", json=WISH).headers["Location"]
    cancelled = program.delete(path)
    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")  # type: ignore[index]
    assert program.delete(path).status_code == 409


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"engine": "no such"},
        {"engine": "pix2pix", "seed": -1},
        {"engine": "pix2pix", "strength": 1.5},
        {"engine": "pix2pix", "candidates": 9},
        {"engine": "pix2pix", "candidates": "2"},
        {"engine": "pix2pix", "appearance": {"skin": "green"}},
        {"engine": "pix2pix", "appearance": {"nose": "long"}},
        {"engine": "pix2pix", "colour": "red"},
        ["engine"],
    ],
)
def test_a_wish_that_cannot_be_is_refused(program: Program, sketch: str, wish: object) -> None:
    answer = program.post(f"{sketch}/renders", json=wish)
    assert answer.status_code == 422
    assert answer.json["detail"]  # type: ignore[index]


def test_engines_say_what_can_be_asked_for(program: Program, db: Session) -> None:
    assert program.get("/engines").json == {"items": []}
    workers.register(db, "here", "1", CAPABILITIES)
    (engine,) = program.get("/engines").json["items"]  # type: ignore[index]
    assert (engine["name"], engine["default_strength"], engine["choices"]["hair"]) == (
        "pix2pix", 0.25, ["black", "brown", "blond"],
    )  # fmt: skip


def test_likenesses_are_listed_page_by_page_and_one_is_kept(program: Program, app: Flask, sketch: str) -> None:
    program.post(f"{sketch}/renders", json=WISH)
    work(app)
    page = program.get(f"{sketch}/likenesses?limit=2").json
    assert page is not None
    rest = program.get(f"{sketch}/likenesses?limit=2&cursor={page['next']}").json
    assert rest is not None
    assert [one["number"] for one in [*page["items"], *rest["items"]]] == [3, 2, 1]
    assert rest["next"] is None
    first, last = rest["items"][0]["links"]["self"], page["items"][0]["links"]["self"]
    assert program.put(f"{first}/kept").json["kept"] is True  # type: ignore[index]
    assert program.put(f"{last}/kept").json["kept"] is True  # type: ignore[index]
    assert program.get(first).json["kept"] is False  # type: ignore[index]
    kept = [one["number"] for one in program.get(f"{sketch}/likenesses").json["items"] if one["kept"]]  # type: ignore[index]
    assert kept == [3]


def test_a_likeness_comes_with_its_label_picture_and_provenance(program: Program, app: Flask, sketch: str) -> None:
    program.post(f"{sketch}/renders", json={"engine": "pix2pix", "seed": 3})
    work(app)
    (likeness,) = program.get(f"{sketch}/likenesses").json["items"]  # type: ignore[index]
    assert likeness["label"] == LABEL == mark.LABEL
    picture = program.get(likeness["links"]["image"])
    assert hashlib.sha256(picture.data).hexdigest() == likeness["sha256"]
    provenance = program.get(likeness["links"]["provenance"]).json
    assert provenance is not None
    assert provenance["seed"] == 3


def test_what_others_render_is_not_there(
    issue: Issue, person: Person, app: Flask, program: Program, sketch: str
) -> None:
    render = program.post(f"{sketch}/renders", json=WISH).headers["Location"]
    work(app)
    likeness = program.get(render).json["likenesses"][0]["href"]  # type: ignore[index]
    other = issue(of=person("Person 2"))
    for path in (render, likeness, f"{likeness}/image", f"{likeness}/provenance"):
        assert other.get(path).status_code == 404
    assert other.delete(render).status_code == other.put(f"{likeness}/kept").status_code == 404
    assert other.post(f"{sketch}/renders", json=WISH).status_code == 404


def test_the_search_for_the_eyes_is_no_render(program: Program, db: Session, sketch: str) -> None:
    align = db.scalars(select(Job.id)).one()
    assert program.get(f"/renders/{align}").status_code == 404
    assert program.get(f"/renders/{nobody()}").status_code == 404
