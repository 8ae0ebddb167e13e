"""Every name that a record has, posted to every endpoint that writes: only what the form is for may change.

What each is for is in `tests/security/purposes`, a file a room.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import gate
from models import Account, Base, CustodyEntry, Job
from tests.people import PASSWORD
from tests.security.purposes import administration, bulletins, cases, identity, inbox, notices, retention, studio
from tests.security.purposes.purpose import NEW_PASSWORD, NOBODY, PASSWORD_SET, SESSIONS, Purpose
from tests.security.world import World, changes, dump

PURPOSES = [
    one
    for room in (administration, studio, cases, notices, inbox, bulletins, retention, identity)
    for one in room.PURPOSES
]
WRONG_TRY = frozenset({"account.failed_attempts"})
NOTED = frozenset({"sign_in_session.last_seen_at", "case_assignment.case_changed_at"})
"""The one once a minute, whatever somebody asks: a slow machine takes longer than that for all. The other is the
database's own copy of `case_file.changed_at`."""

UNRECORDED = {
    ("POST /confirm", ""): "it changes the session alone, and what is then done has an entry",
    ("POST /account/second-factor", "begin"): "it counts once a code has shown that its owner has it",
    ("POST /sign-in", ""): "the log has it; what is done in the session has entries that name who did it",
    ("POST /sign-out", ""): "the log has it",
    ("POST /photos/<uuid:photo_id>/eyes", ""): "without points it asks the program to place them, which has its entry",
    ("POST /notices/<uuid:notice_id>/make-pictures", ""): "once they are made, that has its entry",
    ("POST /cases/filters", ""): "what somebody looks for in the list of cases is theirs",
    ("POST /cases/filters/<uuid:filter_id>/remove", ""): "as above",
    ("POST /cases/<uuid:case_id>/export", ""): "once the file is made, that has its entry, with who asked",
    ("POST /cases/import", ""): "once the case is taken from the file, that has its entry, with who handed it in",
    ("POST /bulletins", ""): "once the bulletin is made, that has its entry, with who asked",
    ("POST /publications/<slug>/bulletins", ""): "as above",
    ("POST /language", ""): "in which language somebody reads is theirs",
    ("POST /notifications/<uuid:notification_id>/open", ""): "whether somebody has read their own notices is theirs",
    ("POST /notifications/read", ""): "as above",
    ("POST /notifications/mail", ""): "about what somebody wants mail is theirs",
}
"""What changes a record and leaves no entry of custody, and why. docs/custody.md says so too."""


def poison(purpose: Purpose) -> dict[str, str]:
    """Every column of every table, and names that frameworks and other products have been broken by."""
    columns = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
    others = [
        "is_admin",
        "admin",
        "roles",
        "role",
        "owner",
        "unit",
        "units",
        "permissions",
        "__class__",
        "_method",
        "account",
        "user_id",
        "sketch_id",
        "job_id",
        "likeness_id",
        "account_id",
        "X-Access",
    ]
    names = (columns | set(others)) - purpose.fields.keys() - purpose.documented - {"csrf_token"}
    return {name: "admin" if "role" in name or "admin" in name else NOBODY for name in names}


def rule_of(world: World, purpose: Purpose) -> Rule:
    return next(rule for method, rule in world.rules(safe=False) if f"{method} {rule.rule}" == purpose.rule)


def purposes(world: World) -> list[Purpose]:
    """Those of endpoints that are there."""
    there = set(forms(world))
    return [purpose for purpose in PURPOSES if purpose.rule in there]


def forms(world: World) -> list[str]:
    """Every endpoint that writes and reads a form. The JSON API refuses whatever it does not know, which
    tests/api/test_document.py holds."""
    rules = world.rules(safe=False)
    return [f"{method} {rule.rule}" for method, rule in rules if not rule.rule.startswith(gate.API)]


def send(world: World, purpose: Purpose, way: str) -> TestResponse:
    fields = {name: value(world) if callable(value) else value for name, value in purpose.fields.items()}
    path, token, extra = world.path(rule_of(world, purpose)), world.owner.token(), poison(purpose)
    post, headers = world.owner.client.post, {"X-CSRF-Token": token}
    if way == "form":
        return post(path, data={**fields, **extra}, headers=headers)
    if way == "address":
        return post(path, data=fields, query_string=extra, headers=headers)
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    return post(path, json={**texts, **extra}, headers=headers)


@pytest.mark.parametrize("way", ["form", "address", "json"])
def test_only_documented_fields_change(world: World, way: str) -> None:
    wrong = []
    for purpose in purposes(world):
        world.values["account_id"] = world.accounts["third"].id
        if purpose.prepare:
            purpose.prepare(world)
        before, recorded = dump(world.app), entries(world)
        answer = send(world, purpose, way)
        after, new = dump(world.app), entries(world)[len(recorded) :]
        changed = changes(before, after) - NOTED
        if changed - WRONG_TRY and bool(new) == ((purpose.rule, purpose.fields.get("action", "")) in UNRECORDED):
            wrong.append(f"{purpose.rule}: {len(new)} entries of custody for what it changed")
        strangers = {one.actor for one in new} & {"operator", "stranger"}
        assert not strangers, f"{purpose.rule}: {strangers} did it"
        # A form that says what it is for is taken; what comes as JSON, which no form reads, may change nothing.
        expected = changed == purpose.changes if way != "json" else changed <= purpose.changes | WRONG_TRY
        if answer.status_code >= 500 or not expected:
            what = sorted(changed ^ purpose.changes)
            wrong.append(f"{purpose.rule} {purpose.fields.get('action', '')}: {answer.status_code}, {what}")
        assert owned_as_before(before, after), purpose.rule
        assert untouched(world, before, after), purpose.rule
        if world.owner.get("/account").status_code != 200:
            world.owner.sign_in(world.accounts["owner"], NEW_PASSWORD if changed_password(world) else PASSWORD)
    assert not wrong, "\n".join(wrong)


def entries(world: World) -> Sequence[CustodyEntry]:
    """In the order in which they were written, by whichever chain."""
    with world.session() as db:
        return db.scalars(select(CustodyEntry).order_by(CustodyEntry.at, CustodyEntry.number)).all()


def changed_password(world: World) -> bool:
    with world.session() as db:
        return db.get_one(Account, world.accounts["owner"].id).password_changed_at is not None


def owned_as_before(before: Any, after: Any) -> bool:
    """Nobody became administrator, nothing changed hands, and what is new belongs to somebody who is there."""
    people = {str(key) for key in after["account"]}
    new = [row for table in ("sketch", "job") for row in after[table].values()]
    admins = [key for key in after["account_role"] if key.endswith("/admin")]
    return len(admins) == 1 and all(str(row["owner_id"]) in people for row in new)


def untouched(world: World, before: Any, after: Any) -> bool:
    """The records of the other investigator are as they were."""
    other = str(world.accounts["other"].id)
    ids = {other, *(str(world.foreign[name]) for name in ("sketch_id", "likeness_id", "job_id"))}
    tables = ("account", "sketch", "likeness", "job")
    return all(before[table][key] == after[table][key] for table in tables for key in before[table].keys() & ids)


def test_every_endpoint_that_writes_is_tried(world: World) -> None:
    """A new one fails here until PURPOSES says what it is for."""
    assert set(forms(world)) == {purpose.rule for purpose in purposes(world)}


def test_the_comparison_would_see_a_change_of_every_kind(world: World) -> None:
    before = dump(world.app)
    with world.session() as db:
        job = db.get_one(Job, world.values["job_id"])
        job.owner_id = world.accounts["third"].id
        db.commit()
    assert changes(before, dump(world.app)) == {"job.owner_id"}


def test_one_time_links_give_what_they_are_for(world: World) -> None:
    purpose = Purpose("POST /set-password/<token>", {"password": NEW_PASSWORD, "repeat": NEW_PASSWORD}, frozenset())
    before = dump(world.app)
    answer = send(world, purpose, "form")
    after = dump(world.app)
    assert answer.status_code == 303
    assert changes(before, after) == PASSWORD_SET | SESSIONS | {"one_time_link.used_at"}
    changed = [key for key, row in after["account"].items() if row != before["account"][key]]
    assert changed == [str(world.accounts["third"].id)]
