"""A change needs the session's own token and comes from our own pages; what only reads changes nothing."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from tests.app.web import Browser, services
from tests.security.world import World, changes, dump

Forgery = tuple[dict[str, str], dict[str, str]]
"""Headers and fields."""


def forgeries(world: World) -> dict[str, Forgery]:
    right, foreign = world.owner.token(), world.other.token()
    stranger = Browser(world.app).token()
    return {
        "no token": ({}, {}),
        "an empty token": ({}, {"csrf_token": ""}),
        "another session's token": ({}, {"csrf_token": foreign}),
        "another session's token in the header": ({"X-CSRF-Token": foreign}, {}),
        "a stranger's token": ({}, {"csrf_token": stranger}),
        "the token in the address": ({"x-in-address": right}, {}),
        "from another site": ({"Sec-Fetch-Site": "cross-site"}, {"csrf_token": right}),
        "from a sister site": ({"Sec-Fetch-Site": "same-site"}, {"csrf_token": right}),
        "another origin": ({"Origin": "https://evil.example.com"}, {"csrf_token": right}),
        "no origin": ({"Origin": "null"}, {"csrf_token": right}),
        "a broken origin": ({"Origin": "http://["}, {"csrf_token": right}),
        "an origin that begins like ours": ({"Origin": "http://localhost.evil.example.com"}, {"csrf_token": right}),
        "our host, another port": ({"Origin": "http://localhost:8081"}, {"csrf_token": right}),
    }


def test_no_endpoint_takes_a_forged_change(world: World) -> None:
    before, tried = dump(world.app), 0
    for method, rule in world.rules(safe=False):
        path = world.path(rule)
        for name, (headers, fields) in forgeries(world).items():
            address = path
            if token := headers.pop("x-in-address", None):
                address = f"{path}?csrf_token={token}"
            for body in ({"data": fields}, {"json": fields}):
                answer = world.owner.client.open(address, method=method, headers=headers, **body)  # type: ignore[arg-type]
                assert answer.status_code == 403, f"{method} {path}: {name}"
                tried += 1
    assert tried >= 26 * 8
    # That its owner was there is noted once a minute, whatever they asked.
    assert changes(before, dump(world.app)) <= {"sign_in_session.last_seen_at"}


def test_the_right_token_is_taken_from_where_it_belongs(world: World) -> None:
    """Or the test above would pass for a product that refuses everything."""
    path, token = f"/sketches/{world.values['sketch_id']}/title", world.owner.token()
    post = world.owner.client.post
    assert post(path, data={"title": "A", "csrf_token": token}).status_code == 303
    headers = {"X-CSRF-Token": token, "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert post(path, data={"title": "B"}, headers=headers).status_code == 303


def test_strangers_forms_are_held_to_their_own_visit(app: Flask) -> None:
    """Signing somebody in as somebody else, from another site, is a forgery too."""
    attacker, victim = Browser(app), Browser(app)
    token = attacker.token()
    victim.get("/sign-in")
    fields = {"csrf_token": token, "email": "a@example.org", "password": "x"}
    assert "out of date" in victim.client.post("/sign-in", data=fields).text
    assert "out of date" in Browser(app).client.post("/sign-in", data=fields).text


def test_a_token_of_an_ended_session_is_worth_nothing(world: World) -> None:
    token = world.owner.token()
    world.owner.post("/sign-out")
    world.owner.sign_in(world.accounts["owner"])
    fields = {"csrf_token": token, "title": "X"}
    path = f"/sketches/{world.values['sketch_id']}/title"
    assert world.owner.client.post(path, data=fields).status_code == 403


def statements_of(app: Flask) -> list[str]:
    found: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        found.append(statement.strip())

    event.listen(services(app).database.engine, "before_cursor_execute", note)
    return found


def test_what_only_reads_sends_only_selects(world: World) -> None:
    """Every GET and HEAD as everybody, with records that are there, so that pages are really made."""
    before, statements = dump(world.app), statements_of(world.app)
    rendered = set()
    for person in (world.owner, world.other, Browser(world.app)):
        for _, rule in world.rules(safe=True):
            path = world.path(rule)
            for answer in (person.get(path), person.client.head(path), person.get(path, Accept="application/json")):
                assert answer.status_code < 500, path
                if answer.status_code == 200:
                    rendered.add(rule.rule)
    assert len([one for one in statements if one.startswith("SELECT")]) > 100
    reading = ("SELECT", "BEGIN DEFERRED", "PRAGMA main.table_info(")
    # That somebody looked at evidence is recorded, by a session of its own.
    noting = ("BEGIN IMMEDIATE", "INSERT INTO sighting", "INSERT INTO custody_", "UPDATE custody_chain")
    assert [one for one in statements if not one.startswith((*reading, *noting))] == []
    assert changes(before, dump(world.app)) == set()
    # Pages for strangers on their way in, and those of settings that are not used here.
    others = {"/", "/sign-in", "/sign-in/code", "/first-account/<token>", "/firebase/action", "/metrics", "/api/v1/me"}
    missed = {rule.rule for _, rule in world.rules(safe=True)} - rendered - others - {"/invitation/<token>"}
    assert missed == set(), "these pages were never made, so nothing is known about them"


def test_the_watch_would_see_a_write(world: World) -> None:
    statements = statements_of(world.app)
    world.owner.post(f"/sketches/{world.values['sketch_id']}/title", {"title": "New"})
    assert any(one.startswith("UPDATE") for one in statements)
    assert any(one.startswith("BEGIN IMMEDIATE") for one in statements)


def test_a_request_that_reads_cannot_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a page be given a change by mistake, its session refuses."""
    from app import context
    from app.studio import service

    def writes(*_: object) -> None:
        service.rename(
            context.db(), context.account(), service.get_sketch(context.db(), context.account(), sketch), "X"
        )

    sketch = world.values["sketch_id"]
    monkeypatch.setattr("app.studio.overview.cards", writes)
    before = dump(world.app)
    assert world.owner.get("/sketches").status_code == 500
    assert changes(before, dump(world.app)) == set()


def test_a_head_is_answered_like_a_get(world: World) -> None:
    """And never taken for the form of the same address, which would be a change without a token."""
    for person in (world.owner, world.other, Browser(world.app)):
        for _, rule in world.rules(safe=True):
            path = world.path(rule)
            assert person.client.head(path).status_code == person.get(path).status_code, path
