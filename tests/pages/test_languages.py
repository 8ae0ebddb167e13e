"""Which language a page speaks, and how days and numbers are written in it."""

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from app import create_app
from app.database import upgrade
from app.languages import formats
from app.settings import Settings, SettingsError
from tests.app.web import Browser
from tests.people import Person

THAI, ENGLISH = 'lang="th"', 'lang="en"'


def language_of(browser: Browser, path: str = "/about", **headers: str) -> str:
    page = browser.get(path, **headers).get_data(as_text=True)
    found = next(line for line in page.splitlines() if line.startswith("<html"))
    return found.partition('lang="')[2].partition('"')[0]


def test_without_a_word_from_anybody_it_is_the_installations(app: Flask, tmp_path: Path) -> None:
    assert language_of(Browser(app)) == "en"
    settings = Settings.from_env({"SEMBLANCE_VAR": str(tmp_path / "thai"), "LANGUAGES": "th,en"})
    upgrade(settings.database_url)
    assert language_of(Browser(create_app(settings))) == "th"


def test_account_then_cookie_then_browser_then_installation(app: Flask, db: Session, person: Person) -> None:
    one, browser = person(), Browser(app)
    asks = {"Accept-Language": "th-TH,th;q=0.9,en;q=0.5"}
    assert language_of(browser, **asks) == "th"
    assert browser.post("/language", {"language": "en"}).status_code == 303
    assert language_of(browser, **asks) == "en"
    browser.sign_in(one)
    assert language_of(browser, **asks) == "en"
    browser.post("/language", {"language": "th"})
    db.refresh(one)
    assert one.language == "th"
    other = Browser(app)
    assert other.post("/language", {"language": "en"}).status_code == 303
    other.sign_in(one)
    assert language_of(other) == "th", "what the account keeps goes before the browser's cookie"
    browser.post("/sign-out")
    assert language_of(browser, "/sign-in") == "th"


@pytest.mark.parametrize("header", ["de,fr;q=0.5", "", "*", "th-;;q=x"])
def test_a_wish_that_cannot_be_met_gets_the_default(app: Flask, header: str) -> None:
    assert language_of(Browser(app), **{"Accept-Language": header}) == "en"


def test_one_language_offers_no_choice_and_takes_no_other(tmp_path: Path) -> None:
    settings = Settings.from_env({"SEMBLANCE_VAR": str(tmp_path / "var"), "LANGUAGES": "th"})
    upgrade(settings.database_url)
    browser = Browser(create_app(settings))
    page = browser.get("/sign-in", **{"Accept-Language": "en"}).get_data(as_text=True)
    assert THAI in page
    assert 'action="/language"' not in page
    assert browser.post("/language", {"language": "en"}).status_code == 422


@pytest.mark.parametrize(
    "before, after",
    [
        ("http://localhost/about?x=1", "/about?x=1"),
        ("http://localhost/sign-out", "/"),
        ("http://elsewhere.example/about", "/"),
        ("", "/"),
    ],
)
def test_after_choosing_one_is_where_one_was(app: Flask, before: str, after: str) -> None:
    answer = Browser(app).post("/language", {"language": "th"}, Referer=before)
    assert answer.headers["Location"] == after


@pytest.mark.parametrize("value", ["en,de", "en,en", ",", "thai"])
def test_a_language_without_a_catalogue_is_refused_at_the_start(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="LANGUAGES"):
        Settings.from_env({"SEMBLANCE_VAR": str(tmp_path / "var"), "LANGUAGES": value})


def in_zone(hours: int, *clock: int) -> dt.datetime:
    return dt.datetime(*clock, tzinfo=dt.timezone(dt.timedelta(hours=hours)))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    "moment, thai, english",
    [
        (in_zone(0, 2026, 11, 26, 14, 38), "26 พ.ย. 2569 14:38 น. (UTC)", "26 Nov 2026, 14:38 UTC"),
        (in_zone(0, 2026, 12, 31, 23, 59), "31 ธ.ค. 2569 23:59 น. (UTC)", "31 Dec 2026, 23:59 UTC"),
        (in_zone(0, 2027, 1, 1, 0, 0), "1 ม.ค. 2570 00:00 น. (UTC)", "1 Jan 2027, 00:00 UTC"),
        # New Year's morning in Bangkok is still the old year in UTC, in either era.
        (in_zone(7, 2027, 1, 1, 6, 59), "31 ธ.ค. 2569 23:59 น. (UTC)", "31 Dec 2026, 23:59 UTC"),
        (in_zone(0, 2028, 2, 29, 12, 0), "29 ก.พ. 2571 12:00 น. (UTC)", "29 Feb 2028, 12:00 UTC"),
    ],
)
def test_thai_moments_are_in_the_buddhist_era(app: Flask, moment: dt.datetime, thai: str, english: str) -> None:
    with app.test_request_context():
        assert formats.date_time(moment) == english
        with force_locale("th"):
            assert formats.date_time(moment) == thai


def test_days_and_numbers(app: Flask) -> None:
    day = dt.date(2027, 1, 1)
    with app.test_request_context():
        assert (formats.date(day), formats.long_date(day)) == ("1 Jan 2027", "1 January 2027")
        assert (formats.number(1234567), formats.number(0.5, 2), formats.percent(0.256)) == ("1,234,567", "0.50", "26%")
        assert formats.listed(["a", "b", "c"]) == "a, b, and c"
        with force_locale("th"):
            assert (formats.date(day), formats.long_date(day)) == ("1 ม.ค. 2570", "1 มกราคม พ.ศ. 2570")
            assert formats.listed(["ก", "ข"]) == "กและข"
            assert formats.listed(["Anan", "กัญญา"]) == "Anan และ กัญญา"
    assert formats.date(day) == "1 Jan 2027", "commands speak English"
