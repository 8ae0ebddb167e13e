"""Sketches by the API: handed in once, listed page by page, changed only as they were seen."""

import hashlib
import io
import uuid

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.database import transaction
from app.identity import units
from models import Account, Sketch
from tests.api.conftest import Issue
from tests.api.program import Program, nobody
from tests.app.drawings import drawing_jpeg, drawing_png
from tests.app.renderers import EYES
from tests.app.web import sketches_in, work
from tests.people import Person


def test_a_sketch_is_handed_in_and_read(program: Program, app: Flask, png: bytes, account: Account) -> None:
    answer = program.hand_in(png, "harbour.png")
    assert answer.status_code == 201
    made = answer.json
    assert made is not None
    assert (made["title"], made["version"], made["owner_id"]) == ("harbour", 1, str(account.id))
    assert made["original"] == {
        "file_name": "harbour.png", "mime": "image/png", "size": len(png), "sha256": hashlib.sha256(png).hexdigest(),
    }  # fmt: skip
    assert (made["eyes"], made["found_eyes"], made["found_by"]) == (None, None, None)
    work(app)
    read = program.get(answer.headers["Location"]).json
    assert read == {**made, "found_eyes": EYES, "found_by": "landmarks"}


def test_pictures_are_sent_as_they_are_kept(program: Program) -> None:
    jpeg = drawing_jpeg(1)
    links = program.hand_in(jpeg, "phone.jpg").json["links"]  # type: ignore[index]
    original, clean = program.get(links["original"]), program.get(links["image"])
    assert (original.data, original.mimetype) == (jpeg, "image/jpeg")
    assert (clean.data[:4], clean.mimetype) == (b"\x89PNG", "image/png")
    again = program.get(links["image"], headers={"If-None-Match": clean.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_new_version_joins_the_lineage(program: Program, png: bytes) -> None:
    first = program.hand_in(png).json
    assert first is not None
    second = program.hand_in(drawing_png(2), parent_id=first["id"]).json
    assert second is not None
    assert (second["version"], second["lineage_id"], second["title"]) == (2, first["id"], first["title"])
    assert program.hand_in(drawing_png(2), parent_id=nobody()).status_code == 404


def test_the_same_key_is_executed_once(program: Program, db: Session, png: bytes) -> None:
    key = {"Idempotency-Key": "sketch-17"}
    first, again = program.hand_in(png, headers=key), program.hand_in(png, headers=key)
    assert first.json == again.json
    assert (first.headers.get("Idempotent-Replay"), again.headers["Idempotent-Replay"]) == (None, "true")
    other = program.hand_in(drawing_png(2), headers=key)
    assert (other.status_code, sketches_in(db)) == (422, 1)
    assert program.hand_in(png, headers={"Idempotency-Key": "no spaces"}).status_code == 422


def test_pages_miss_nothing_and_repeat_nothing_while_sketches_are_added(program: Program, png: bytes) -> None:
    ids = [program.hand_in(png, title=f"Sketch {number}").json["id"] for number in range(5)]  # type: ignore[index]
    page = program.get("/sketches?limit=2").json
    assert page is not None
    seen = [one["id"] for one in page["items"]]
    program.hand_in(png, title="Added meanwhile")
    while page["next"]:
        page = program.get(f"/sketches?limit=2&cursor={page['next']}").json
        assert page is not None
        seen += [one["id"] for one in page["items"]]
    assert seen == ids[::-1]


def test_sketches_of_the_same_moment_are_each_on_one_page(program: Program, db: Session, png: bytes) -> None:
    ids = {program.hand_in(png).json["id"] for _ in range(4)}  # type: ignore[index]
    with transaction(db):
        rows = [db.get_one(Sketch, uuid.UUID(one)) for one in ids]
        for row in rows:
            row.created_at = rows[0].created_at
    seen, path = [], "/sketches?limit=1"
    while path:
        answer = program.get(path)
        seen += [one["id"] for one in answer.json["items"]]  # type: ignore[index]
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    assert (len(seen), set(seen)) == (4, ids)


def test_a_search_goes_on_on_the_next_page(program: Program, png: bytes) -> None:
    for title in ("Harbour one", "Market", "Harbour two"):
        program.hand_in(png, title=title)
    first = program.get("/sketches?q=harbour&limit=1")
    link = first.headers["Link"]
    assert link.endswith('>; rel="next"')
    second = program.get(link.partition(">")[0].lstrip("<"))
    titles = [answer.json["items"][0]["title"] for answer in (first, second)]  # type: ignore[index]
    assert (titles, "Link" in second.headers) == (["Harbour two", "Harbour one"], False)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "cursor=x", "cursor=W10", "colour=red", "limit=1&limit=2", "q=" + "x" * 201],
)
def test_a_query_that_cannot_be_is_refused(program: Program, query: str) -> None:
    answer = program.get(f"/sketches?{query}")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_a_title_is_changed_as_it_was_seen(program: Program, png: bytes) -> None:
    made = program.hand_in(png)
    path, seen = made.headers["Location"], made.headers["ETag"]
    changed = program.patch(path, json={"title": " Harbour  gate "}, headers={"If-Match": seen})
    assert (changed.status_code, changed.json["title"]) == (200, "Harbour gate")  # type: ignore[index]
    assert changed.headers["ETag"] == program.get(path).headers["ETag"] != seen
    late = program.patch(path, json={"title": "Market"}, headers={"If-Match": seen})
    blind = program.patch(path, json={"title": "Market"})
    assert (late.status_code, blind.status_code) == (412, 428)
    assert program.get(path).json == changed.json
    anyway = program.patch(path, json={"title": "Market"}, headers={"If-Match": "*"})
    assert anyway.json["title"] == "Market"  # type: ignore[index]


def test_eyes_are_put_and_left_to_the_program_again(program: Program, png: bytes) -> None:
    made = program.hand_in(png)
    path = made.headers["Location"]
    put = program.put(
        f"{path}/eyes", json={"eyes": [[160, 120.5], [100, 118]]}, headers={"If-Match": made.headers["ETag"]}
    )
    assert put.json["eyes"] == [[100.0, 118.0], [160.0, 120.5]]  # type: ignore[index]
    late = program.put(f"{path}/eyes", json={"eyes": None}, headers={"If-Match": made.headers["ETag"]})
    assert late.status_code == 412
    left = program.put(f"{path}/eyes", json={"eyes": None}, headers={"If-Match": put.headers["ETag"]})
    assert left.json["eyes"] is None  # type: ignore[index]


@pytest.mark.parametrize("eyes", [[[0, 0], [1, 0]], [[100, 120], [900, 120]], [[1, 2]], [["a", 1], [2, 3]], "left", []])
def test_eyes_that_cannot_be_are_refused(program: Program, png: bytes, eyes: object) -> None:
    path = program.hand_in(png).headers["Location"]
    assert program.put(f"{path}/eyes", json={"eyes": eyes}, headers={"If-Match": "*"}).status_code == 422


@pytest.mark.parametrize(
    "data, status",
    [
        ({}, 422),
        ({"file": (io.BytesIO(b"no picture"), "a.png")}, 422),
        ({"file": "text"}, 422),
        ({"file": (io.BytesIO(b"x"), "a.png"), "colour": "red"}, 422),
        ({"file": (io.BytesIO(b"x"), "a.png"), "unit_id": "x"}, 422),
        ({"file": (io.BytesIO(b"x"), "a.png"), "title": "\0"}, 400),
    ],
)
def test_what_is_no_sketch_is_refused_and_nothing_kept(
    program: Program, db: Session, data: dict[str, object], status: int
) -> None:
    copies = {
        name: (io.BytesIO(one[0].getvalue()), one[1]) if isinstance(one, tuple) else one for name, one in data.items()
    }
    answer = program.post("/sketches", data=copies, content_type="multipart/form-data")
    assert (answer.status_code, sketches_in(db)) == (status, 0)


def test_bodies_of_another_type_are_not_guessed_at(program: Program, png: bytes) -> None:
    assert program.post("/sketches", data=png, content_type="image/png").status_code == 415
    path = program.hand_in(png).headers["Location"]
    match = {"If-Match": "*"}
    assert program.patch(path, data={"title": "x"}, headers=match).status_code == 415
    broken = [b"", b"{", b"\xff", b"[" * 50_000, b'{"title": "\\ud800"}', b'{"title": "a\\u0000b"}']
    for body in broken:
        assert program.patch(path, data=body, content_type="application/json", headers=match).status_code in (400, 422)
    large = b'{"title": "' + b"x" * 600_000 + b'"}'
    assert program.patch(path, data=large, content_type="application/json", headers=match).status_code == 413
    kept = program.patch(path, data=b'{"title": "a\\\\u0000b"}', content_type="application/json", headers=match)
    assert kept.json["title"] == "a\\u0000b"  # type: ignore[index]


def test_sketches_of_other_units_are_not_there(issue: Issue, person: Person, db: Session, png: bytes) -> None:
    mine, other = issue(), issue(of=person("Person 2"))
    path = mine.hand_in(png).headers["Location"]
    for answer in (other.get(path), other.get(f"{path}/image"), other.get(f"{path}/likenesses")):
        assert answer.status_code == 404
    assert other.patch(path, json={"title": "x"}, headers={"If-Match": "*"}).status_code == 404
    assert other.get("/sketches").json == {"items": [], "next": None}


def test_who_is_in_several_units_says_which(program: Program, db: Session, account: Account, png: bytes) -> None:
    made = [units.add_unit(db, name) for name in ("North", "South")]
    ids = [unit.id for unit in made]
    with transaction(db):
        db.get_one(Account, account.id).units = units.kept(db, ids)
    assert program.hand_in(png).status_code == 422
    assert program.hand_in(png, unit_id=str(ids[1])).json["unit_id"] == str(ids[1])  # type: ignore[index]
    assert program.hand_in(png, unit_id=nobody()).status_code == 422
