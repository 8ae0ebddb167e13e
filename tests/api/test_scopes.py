"""Every endpoint of the API says which tokens it takes, and takes no others; no page takes any."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response
from werkzeug.routing import AnyConverter, Rule, UUIDConverter

from app import create_app, gate
from app.settings import Settings
from models import Scope
from tests.api.conftest import Issue
from tests.api.program import Program

ROOT = "/api/v1"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One is enough: what is declared has nothing to do with it."""
    return f"sqlite:///{tmp_path / 'records.db'}"


def rules(app: Flask, *, api: bool) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(gate.API) == api and not rule.endpoint.startswith("assets."):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule


def path_of(app: Flask, rule: Rule) -> str:
    values = {name: _value(rule, name) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or {"GET"})))


def _value(rule: Rule, name: str) -> object:
    kind = rule._converters[name]
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    return uuid.uuid4() if isinstance(kind, UUIDConverter) else "x"


def test_every_endpoint_takes_its_own_scope_and_no_other(app: Flask, issue: Issue) -> None:
    tried = 0
    programs = {scope: issue(scope) for scope in Scope}
    for method, rule in rules(app, api=True):
        access = gate.access_of(app, rule.endpoint)
        assert access is not None
        if access.anonymous:
            continue
        for scope, program in programs.items():
            answer = program.ask(method, path_of(app, rule))
            fits = access.scope in (scope, gate.ANY_SCOPE)
            refused = answer.status_code == 403 and answer.json["code"] == "insufficient_scope"  # type: ignore[index]
            assert refused != fits, f"{method} {rule.rule} with {scope}: {answer.status_code}"
            if refused:
                challenge = f'Bearer realm="semblance", error="insufficient_scope", scope="{access.scope}"'
                assert answer.headers["WWW-Authenticate"] == challenge
            tried += 1
    assert tried >= 15 * len(Scope)


def test_every_scope_is_for_something(app: Flask) -> None:
    needed = {gate.access_of(app, rule.endpoint).scope for _, rule in rules(app, api=True)}  # type: ignore[union-attr]
    assert set(Scope) <= needed


def test_no_page_takes_a_token(app: Flask, program: Program) -> None:
    """A token that is shown at a page is not even looked at: the answer is a stranger's."""
    stranger, tried = app.test_client(use_cookies=False), 0
    shown = {"Authorization": f"Bearer {program.token}"}
    for method, rule in rules(app, api=False):
        path = path_of(app, rule)
        with_token = stranger.open(path, method=method, headers=shown)
        without = stranger.open(path, method=method)
        assert (with_token.status_code, with_token.headers.get("Location")) == (
            without.status_code,
            without.headers.get("Location"),
        ), path
        tried += 1
    assert tried > 50


def test_a_token_changes_nothing_with_a_cookie_beside_it(program: Program) -> None:
    """It needs no token of a form, for no other site can make a browser send it."""
    assert program.client.get("/sketches", headers={"Authorization": f"Bearer {program.token}"}).status_code == 302


@pytest.fixture
def bare(settings: Settings) -> Flask:
    made = create_app(settings)
    made._got_first_request = False
    return made


def answer() -> Response:
    return Response("hello")


def test_an_endpoint_of_the_api_that_names_no_scope_stops_the_start(bare: Flask) -> None:
    bare.add_url_rule(f"{ROOT}/silent", "silent", gate.investigator(lambda: answer()))
    with pytest.raises(RuntimeError, match="silent"):
        gate.check_declared(bare)


def test_so_does_a_page_that_names_one(bare: Flask) -> None:
    bare.add_url_rule("/page", "page", gate.scope(Scope.SKETCHES_READ)(gate.investigator(lambda: answer())))
    with pytest.raises(RuntimeError, match="page"):
        gate.check_declared(bare)


def test_so_does_one_that_wants_a_program_to_confirm(bare: Flask) -> None:
    view = gate.confirmed(gate.scope(Scope.SKETCHES_READ)(gate.investigator(lambda: answer())))
    bare.add_url_rule(f"{ROOT}/grave", "grave", view)
    with pytest.raises(RuntimeError, match="grave"):
        gate.check_declared(bare)


def test_what_names_none_refuses_every_token_while_it_runs(bare: Flask, issue: Issue) -> None:
    bare.add_url_rule(f"{ROOT}/silent", "silent", gate.signed_in(lambda: answer()))
    program = issue()
    found = bare.test_client().get(f"{ROOT}/silent", headers={"Authorization": f"Bearer {program.token}"})
    assert found.status_code == 403
