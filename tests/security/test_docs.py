"""docs/security.md claims nothing that no test shows, and leaves out nothing of ASVS 5.0, levels 1 and 2."""

import ast
import io
import re

import pytest
from flask import Flask

from app import logs
from app.settings import ROOT
from tests.app.web import Browser, services
from tests.people import add_person
from tests.security.world import World

PAGE = (ROOT / "docs" / "security.md").read_text()
CLAIMS = PAGE.partition("## OWASP ASVS")[2]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
# ASVS 5.0.0: the numbers of its requirements of levels 1 and 2, by section.
ITEMS = {
    "1.1": "1 2", "1.2": "1 2 3 4 5 6 7 8 9", "1.3": "1 2 3 4 5 6 7 8 9 10 11", "1.4": "1 2 3", "1.5": "1 2",
    "2.1": "1 2 3", "2.2": "1 2 3", "2.3": "1 2 3 4", "2.4": "1",
    "3.2": "1 2", "3.3": "1 2 3 4", "3.4": "1 2 3 4 5 6", "3.5": "1 2 3 4 5", "3.7": "1 2",
    "4.1": "1 2 3", "4.2": "1", "4.3": "1 2", "4.4": "1 2 3 4",
    "5.1": "1", "5.2": "1 2 3", "5.3": "1 2", "5.4": "1 2 3",
    "6.1": "1 2 3", "6.2": "1 2 3 4 5 6 7 8 9 10 11 12", "6.3": "1 2 3 4", "6.4": "1 2 3 4", "6.5": "1 2 3 4 5",
    "6.6": "1 2 3", "6.8": "1 2 3 4",
    "7.1": "1 2 3", "7.2": "1 2 3 4", "7.3": "1 2", "7.4": "1 2 3 4 5", "7.5": "1 2", "7.6": "1 2",
    "8.1": "1 2", "8.2": "1 2 3", "8.3": "1", "8.4": "1", "9.1": "1 2 3", "9.2": "1 2 3 4",
    "11.1": "1 2", "11.2": "1 2 3", "11.3": "1 2 3", "11.4": "1 2 3 4", "11.5": "1", "11.6": "1",
    "12.1": "1 2 3", "12.2": "1 2", "12.3": "1 2 3 4",
    "13.1": "1", "13.2": "1 2 3 4 5", "13.3": "1 2", "13.4": "1 2 3 4 5",
    "14.1": "1 2", "14.2": "1 2 3 4", "14.3": "1 2 3",
    "15.1": "1 2 3", "15.2": "1 2 3", "15.3": "1 2 3 4 5 6 7",
    "16.1": "1", "16.2": "1 2 3 4 5", "16.3": "1 2 3 4", "16.4": "1 2 3", "16.5": "1 2 3",
}  # fmt: skip
WHOLE = {"10.*": 29, "17.*": 7}
"""Chapters without a use here, and how many requirements they have."""


def rows(heading: str) -> list[list[str]]:
    part = CLAIMS.partition(f"### {heading}")[2].partition("\n### ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ") and not line.startswith("| item")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


HEADINGS = ("Met, with the test that shows it", "Met by what is written", "Not met, or not here")


def test_every_item_is_answered_once() -> None:
    wanted = [f"{section}.{number}" for section, numbers in ITEMS.items() for number in numbers.split()]
    assert len(wanted) == 253 - sum(WHOLE.values())
    said = [item.strip() for heading in HEADINGS for row in rows(heading) for item in row[0].split(",")]
    expanded: list[str] = []
    for item in said:
        if item in WHOLE:
            continue
        matching = [one for one in wanted if one.startswith(item[:-1])] if item.endswith(".*") else [item]
        assert set(matching) <= set(wanted), f"{item} is no requirement of these levels"
        assert matching, item
        expanded += matching
    assert sorted(one for one in set(wanted) if one not in expanded) == []
    twice = {one for one in expanded if expanded.count(one) > 1}
    assert twice == set()
    assert set(WHOLE) <= set(said)


def test_every_claim_names_a_test_or_a_place() -> None:
    for row in rows(HEADINGS[0]):
        assert len(row) == 3, row
        assert re.search(r"`tests/[\w/]+\.py::test_\w+`", row[2]), row
    for heading in HEADINGS[1:]:
        assert all(row[-1] for row in rows(heading))


@pytest.mark.parametrize("path, name", sorted(set(NAMED)))
def test_every_test_that_is_named_is_there(path: str, name: str) -> None:
    file = ROOT / path
    assert file.is_file(), path
    defined = {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}
    assert name in defined


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:app|imaging|inference|static|scripts)/[\w/.]*)`", PAGE))
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_limits_are_those_of_the_code() -> None:
    from app import limits

    told = PAGE.partition("## Limits")[2].partition("## Sessions")[0].replace(",", "")
    strict = {limit.name: limit for own in limits.STRICT.values() for limit in own}
    for limit in (*limits.EVERYTHING, *strict.values()):
        amount, _, window = limit.rate.partition("/")
        words = {"minute": "a minute", "hour": "an hour", "day": "a day"}.get(window)
        words = words or re.sub(r"(\d+)minute", r"in \1 minutes", window)
        assert f"{amount} {words}" in told, limit.name


def test_password_fields_are_masked_and_take_what_managers_fill_in(world: World) -> None:
    seen = 0
    for browser, path in ((Browser(world.app), "/sign-in"), (world.owner, "/account"),
                          (Browser(world.app), f"/set-password/{world.values['token']}")):  # fmt: skip
        for field in re.findall(r"<input[^>]*>", browser.get(path).text):
            if re.search(r'name="(password|repeat|current)"', field):
                assert 'type="password"' in field
                assert re.search(r'autocomplete="(current|new)-password"', field), field
                assert "onpaste" not in field
                seen += 1
    assert seen >= 5
    scripts = " ".join(path.read_text() for path in (ROOT / "static" / "js").glob("*.js"))
    assert not re.search(r"[\"']paste[\"'][^;]*preventDefault", scripts)


def test_every_page_of_somebody_signed_in_has_the_way_out(world: World) -> None:
    pages = 0
    for _, rule in world.rules(safe=True):
        answer = world.owner.get(world.path(rule))
        # A one-time link's page is for whoever opens it, signed in or not; a preview is the public's own page.
        outside = "token" in rule.arguments or rule.endpoint == "notices.preview"
        if answer.mimetype == "text/html" and answer.status_code == 200 and not outside:
            assert 'action="/sign-out"' in answer.text, rule
            pages += 1
    assert pages >= 5


def test_no_broken_algorithm_or_guessable_random_number_is_used() -> None:
    broken = re.compile(r"\b(?:md5|sha1|des|rc4|ECB|Random\(|random\.(?:random|choice|randint|randrange))\b")
    product = [path for folder in ("app", "models") for path in (ROOT / folder).rglob("*.py")]
    found = [f"{path.name}: {hit[0]}" for path in product for hit in broken.finditer(path.read_text())]
    assert found == []


def test_what_matters_for_security_is_logged(app: Flask) -> None:
    stream = io.StringIO()
    logs.configure(True, stream)
    with services(app).database.session() as db:
        account = add_person(db, "person1@example.org", "Person 1")
    browser = Browser(app)
    browser.post("/sign-in", {"email": account.email, "password": "wrong"})
    browser.sign_in(account)
    browser.get("/admin/accounts")
    browser.post("/account", {"action": "name"}, Origin="https://evil.example.com")
    browser.post("/sign-out")
    for number in range(31):
        browser.get(f"/set-password/{number}")
    logs.configure(False)
    for event in ("sign_in_refused", "signed_in", "forbidden", "change_refused", "signed_out", "limited"):
        assert f'"event": "{event}"' in stream.getvalue(), event
