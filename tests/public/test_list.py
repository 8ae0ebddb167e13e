"""The list of what is current: what narrows it, its pages, its empty and its very full state; on both databases."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from app.public.views import PAGE
from models import Category
from tests.public.conftest import Reader
from tests.published import BOTH, ENGLISH, THAI, Press

TITLE = re.compile(r'<h2><a href="/en/notices/(\w+)"')
NEXT = re.compile(r'rel="next" href="([^"]+)"')


def listed(reader: Reader, path: str = "/en/") -> list[str]:
    page = reader.get(path)
    assert page.status_code == 200
    return TITLE.findall(page.text)


@pytest.fixture
def some(press: Press) -> Press:
    press.publish("pier", category=Category.SUSPECT, days_ago=3)
    press.publish(
        "market",
        words={"en": replace(ENGLISH, headline="Who saw the ACCIDENT?", area="Thon Buri"), "th": THAI},
        category=Category.WITNESS,
        days_ago=2,
        happened=(dt.date(2026, 6, 1), dt.date(2026, 6, 3)),
    )
    press.publish(
        "station",
        words={"th": replace(THAI, headline="หญิงหายตัวไป", area="หัวลำโพง")},
        category=Category.MISSING,
        days_ago=1,
        happened=(None, None),
    )
    press.publish("over", days_ago=40, lasts=30)
    press.publish("withdrawn")
    press.end("withdrawn")
    return press


def test_what_is_current_the_newest_first(reader: Reader, some: Press) -> None:
    assert listed(reader) == ["station", "market", "pier"]


@pytest.mark.parametrize(
    "query, found",
    [
        ("q=accident", ["market"]),
        ("q=FERRY+ran", ["market", "pier"]),
        ("q=ferry+nowhere", []),
        ("q=ายตัว", ["station"]),
        ("q=100%25", []),
        ("q=_", []),
        ("area=bang", ["pier"]),
        ("area=หัวลำโพง", ["station"]),
        ("category=witness", ["market"]),
        ("category=unidentified", []),
        ("from=2026-05-02", ["market"]),
        ("to=2026-05-31", ["pier"]),
        ("from=2026-05-01&to=2026-06-01&q=bag", ["market", "pier"]),
        ("q=&area=&category=&from=&to=", ["station", "market", "pier"]),
        ("unknown=1", ["station", "market", "pier"]),
    ],
)
def test_what_narrows_it(reader: Reader, some: Press, query: str, found: list[str]) -> None:
    assert listed(reader, f"/en/?{query}") == found
    as_json = reader.get(f"/notices.json?{query}").json
    assert as_json
    assert [one["slug"] for one in as_json["notices"]] == found


@pytest.mark.parametrize("query", ["category=robber", "from=yesterday", "to=2026-13-01", "after=x", "after=AAAA"])
def test_what_cannot_be_asked(reader: Reader, some: Press, query: str) -> None:
    page = reader.get(f"/en/?{query}")
    assert page.status_code == 422
    assert "This did not work" in page.text
    assert reader.get(f"/notices.json?{query}").mimetype == "application/problem+json"


def test_a_search_says_what_came_of_it_and_leads_back(reader: Reader, some: Press) -> None:
    page = reader.get("/en/?q=accident").text
    assert "1 notice fits." in page
    assert '<a href="/en/">Show all notices</a>' in page
    assert 'name="robots" content="noindex"' in page
    assert "<details open>" not in page
    narrowed = reader.get("/en/?area=bang&category=suspect").text
    assert "<details open>" in narrowed
    assert '<option value="suspect" selected>' in narrowed
    nothing = reader.get("/en/?q=%3Cscript%3E").text
    assert "No notice fits this search" in nothing
    assert "<script" not in nothing


def test_the_languages_of_what_is_listed(reader: Reader, some: Press) -> None:
    page = reader.get("/en/").text
    assert '<a href="/en/notices/station" lang="th">หญิงหายตัวไป</a>' in page
    assert '<a href="/en/notices/pier">Do you know this man?</a>' in page
    assert page.count("Computer-generated likeness from a witness sketch. Not a photograph.</figcaption>") == 3
    assert reader.get("/th/").text.count(THAI.headline) == 2


def test_nothing_to_show(reader: Reader, press: Press) -> None:
    page = reader.get("/en/")
    assert page.status_code == 200
    assert "There is no notice at present" in page.text
    assert 'rel="next"' not in page.text


def test_very_many_are_seen_page_by_page(reader: Reader, press: Press) -> None:
    slugs = [f"notice{number:03}" for number in range(2 * PAGE + 5)]
    for number, slug in enumerate(slugs):
        press.publish(slug, words={"en": ENGLISH}, days_ago=1 + number / 100)
    seen, path, pages = [], "/en/?q=ferry", 0
    while path:
        page = reader.get(path).text
        seen += TITLE.findall(page)
        further = NEXT.search(page)
        path, pages = further[1].replace("&amp;", "&") if further else "", pages + 1
        if pages == 1:
            press.publish("between", words=BOTH, days_ago=0)  # pushes nothing onto the next page
    assert seen == slugs
    assert pages == 3
    assert "These are the last of them." in page
    assert 'href="/en/?q=ferry"' in page


def test_a_language_that_is_not_offered(press: Press, reader: Reader) -> None:
    for path in ("/de/", "/de/notices/pier", "/xx/about"):
        assert reader.get(path).status_code == 404
