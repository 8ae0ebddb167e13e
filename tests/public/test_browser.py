"""The public pages in a real Chromium: what axe knows, zoom, the keyboard, motion, weight, paper."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, Response, expect
from werkzeug.serving import make_server

from app import public
from app.database import Database
from app.settings import Settings
from app.storage import LocalStore
from models import Category, SettingSection
from tests.app.conftest import settings_for
from tests.browser.watched import violations
from tests.published import ENGLISH, THAI, Press
from tests.records import migrate
from tests.servers import free_port

pytestmark = pytest.mark.browser
WIDE, PHONE, ZOOMED = (1440, 900), (360, 740), (320, 256)
"""The last is a screen of 1280 x 1024 at 400 %."""
BUDGET = 60_000
PATHS = (
    "/",
    "/?q=nothing+like+it",
    "/?area=bang&category=suspect",
    "/?category=unidentified",
    "/notices/pair",
    "/notices/single",
    "/notices/thai",
    "/notices/single/print",
    "/notices/over",
    "/notices/never",
    "/likenesses",
    "/about",
    "/follow",
    "/privacy",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server of the surface answers, with more notices than a page of the list holds."""
    port = free_port()
    at = f"http://127.0.0.1:{port}"
    settings = settings_for(tmp_path_factory.mktemp("public") / "var", SURFACE="public", NOTICES_URL=at)
    _publish(settings)
    server = make_server("127.0.0.1", port, public.create_app(settings), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield at
    server.shutdown()
    thread.join(5)


def _publish(settings: Settings) -> None:
    migrate(settings.database_url)
    database = Database(settings.database_url)
    assert settings.storage_path
    with database.session() as db:
        press = Press(db, LocalStore(settings.storage_path))
        agency = {"name": "Harbour Police, Bureau of Investigation", "phone": "02 123 4567", "email": "us@example.org"}
        db.add(SettingSection(name="agency", values={**agency, "address": "1 River Road\nBangkok"}, revision=1))
        db.commit()
        for number in range(26):
            long = {
                "en": replace(ENGLISH, headline=f"Seen at dock{number:02}" + " very" * (number % 3 * 4)),
                "th": THAI,
            }
            press.publish(f"notice{number:02}", words=long, seeds=(number % 3 + 1,), days_ago=number + 2)
        press.publish("pair", seeds=(1, 2), category=Category.MISSING)
        press.publish("single", seeds=(3,))
        press.publish("thai", words={"th": replace(THAI, known=THAI.known * 4)}, days_ago=1.5)
        press.publish("over")
        press.end("over")
        press.correct("single")
    database.close()


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    options: dict[str, object] = {"viewport": {"width": WIDE[0], "height": WIDE[1]}, "java_script_enabled": True}
    context = chromium.new_context(**{**options, **getattr(request, "param", {})})
    yield context.new_page()
    context.close()


def look(size: tuple[int, int], scheme: str) -> dict[str, object]:
    return {"viewport": {"width": size[0], "height": size[1]}, "color_scheme": scheme}


@pytest.mark.parametrize("language", ["en", "th"])
@pytest.mark.parametrize("page", [look(WIDE, "light"), look(PHONE, "dark")], indirect=True, ids=["wide", "phone"])
def test_axe_finds_nothing_on_any_page(page: Page, address: str, language: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in PATHS:
        answer = page.goto(f"{address}/{language}{path}")
        assert answer
        assert answer.status == {"/notices/over": 410, "/notices/never": 404}.get(path, 200)
        assert violations(page) == [], path
    refused = [one for one in complaints if "404" not in one and "410" not in one]
    assert refused == []


@pytest.mark.parametrize("page", [look(ZOOMED, "light")], indirect=True, ids=["zoomed"])
def test_nothing_is_lost_at_four_times_the_size(page: Page, address: str) -> None:
    for path in PATHS:
        for language in ("en", "th"):
            page.goto(f"{address}/{language}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= ZOOMED[0], path
    page.goto(f"{address}/en/notices/pair")
    for name in ("I know something", "This is me", "This is wrong", "Page for printing"):
        box = page.get_by_role("link", name=name).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= ZOOMED[0]


def test_text_twice_as_large_overlaps_nothing(page: Page, address: str) -> None:
    for path in ("/en/", "/en/notices/single", "/th/about"):
        page.goto(f"{address}{path}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDE[0], path


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no script"])
def test_the_keyboard_alone_goes_all_the_way(page: Page, address: str) -> None:
    page.goto(f"{address}/en/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    assert skip.evaluate("one => one === document.activeElement && one.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate_handle("document.activeElement").as_element()
        assert focused
        seen.append(focused.inner_text() or focused.get_attribute("name"))
        if seen[-1] == "Do you know this man?":
            break
    assert seen[:4] == ["How far to trust them", "q", "Search", "Area, kind and days"]
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/en/notices/" in page.url
    outline = "one => getComputedStyle(one).outlineStyle + getComputedStyle(one).outlineWidth"
    tell = page.get_by_role("link", name="I know something")
    for _ in range(20):
        page.keyboard.press("Tab")
        if tell.evaluate("one => one === document.activeElement"):
            break
    assert tell.evaluate(outline) == "solid2px"
    assert re.search(r"/tips/en/new\?notice=(pair|single)$", tell.get_attribute("href") or "")


def test_a_search_without_a_script(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/en/")
    page.get_by_label("Search the notices").fill("dock07")
    page.get_by_text("Area, kind and days").click()
    page.get_by_label("Area").fill("bang rak")
    page.get_by_label("Kind").select_option("Suspect sought")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("Seen at dock07 very very very very")
    expect(page.get_by_label("Kind")).to_have_value("suspect")
    page.get_by_role("link", name="Show all notices").click()
    page.get_by_role("link", name="Older notices").click()
    expect(page.get_by_role("link", name="Newest")).to_be_visible()
    page.get_by_role("link", name="ไทย").click()
    expect(page.locator("html")).to_have_attribute("lang", "th")
    context.close()


@pytest.mark.parametrize(
    "page", [{"reduced_motion": "reduce"}, {"forced_colors": "active"}], indirect=True, ids=["motion", "forced"]
)
def test_what_a_reader_asked_their_system_for_is_kept_to(page: Page, address: str) -> None:
    page.goto(f"{address}/en/notices/single")
    moves = "one => parseFloat(getComputedStyle(one).transitionDuration) > 0.01"
    assert page.evaluate(f"[...document.querySelectorAll('*')].filter({moves}).length") == 0
    assert page.get_by_role("link", name="I know something").is_visible()


@pytest.mark.parametrize("page", [look(WIDE, "light"), look(PHONE, "light")], indirect=True, ids=["wide", "phone"])
def test_the_first_page_is_light(page: Page, address: str) -> None:
    """All that is needed to see what is on the screen: the page, its styles and icons, and the pictures in sight."""
    came: dict[str, int] = {}

    def note(answer: Response) -> None:
        came[answer.url] = answer.request.sizes()["responseBodySize"]

    page.on("response", note)
    page.goto(f"{address}/en/", wait_until="networkidle")
    inside = "one => one.getBoundingClientRect().top < innerHeight"
    page.wait_for_function(f"[...document.images].filter({inside}).every(one => one.complete && one.currentSrc)")
    page.wait_for_load_state("networkidle")
    pictures = page.evaluate(f"[...document.images].filter({inside}).map(one => one.currentSrc)")
    frame = sum(size for url, size in came.items() if "/pictures/" not in url)
    shown = sum(came[url] for url in set(pictures))
    assert len(pictures) >= 2
    assert frame < 25_000
    assert frame + shown < BUDGET
    loaded = {url for url in came if "/pictures/" in url}
    assert all("view-240" in url for url in loaded)
    assert len(loaded) < 24  # those far below wait until they come near


@pytest.mark.parametrize("page", [look(PHONE, "light") | {"device_scale_factor": 2}], indirect=True, ids=["phone"])
def test_a_notice_is_light(page: Page, address: str) -> None:
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(answer.request.sizes()["responseBodySize"]))
    page.goto(f"{address}/en/notices/single", wait_until="networkidle")
    page.wait_for_function("document.images[0].complete && document.images[0].currentSrc")
    assert page.evaluate("document.images[0].currentSrc").endswith("view-960.webp")
    assert sum(sizes) < 2 * BUDGET


def test_a_printed_notice_is_one_sheet(page: Page, address: str) -> None:
    for path in ("single/print", "pair/print"):
        page.goto(f"{address}/en/notices/{path}", wait_until="networkidle")
        data = page.pdf(format="A4", prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", data)) == 1, path


def test_no_cookie_and_nothing_kept(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"{address}/en/notices/pair", wait_until="networkidle")
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert [url for url in asked if not url.startswith(address)] == []
