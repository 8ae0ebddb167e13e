"""Every page of the route table with much to show, in two looks that see both of each: no violation that axe knows,
no word in the console, no sideways scroll. The pages are served by a thread of this process."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from app import create_app
from app.database import upgrade
from app.identity import accounts, sessions
from app.settings import Settings
from tests.app.web import services
from tests.browser.conftest import PHONE, WIDE
from tests.browser.watched import Visitor, violations, watch
from tests.filled import Filled, fill
from tests.people import quick_hashes

ENGLISH = {"color_scheme": "light", "locale": "en-GB"}
THAI = {"color_scheme": "dark", "locale": "th-TH", "timezone_id": "Asia/Bangkok", "is_mobile": True}
LOOKS = [pytest.param(WIDE, ENGLISH, id="English-light-1440"), pytest.param(PHONE, THAI, id="Thai-dark-360")]
WIDEST = """width => [...document.body.querySelectorAll("*")]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > width)
  .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)
  .map(one => one.outerHTML.split("\\n")[0]).at(0) ?? "nothing visible" """
TABLET = 768


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    settings = Settings.from_env({"SEMBLANCE_VAR": str(tmp_path_factory.mktemp("filled"))})
    upgrade(settings.database_url)
    with quick_hashes():
        yield fill(create_app(settings))


@pytest.fixture(scope="module")
def address(filled: Filled) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, filled.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("size, look", LOOKS)
def test_every_page(
    filled: Filled, address: str, chromium: Browser, size: tuple[int, int], look: dict[str, object]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    context = chromium.new_context(base_url=address, viewport=viewport, reduced_motion="reduce", **look)  # type: ignore[arg-type]
    visitor = watch(context.new_page())
    visitor.expected = ("410",)
    wrong = [one for path in filled.pages(outside=True) for one in looked_at(visitor, path)]
    with services(filled.app).database.session() as db:
        token = sessions.start(db, accounts.get_account(db, filled.account.id)).token
    context.add_cookies([{"name": "semblance", "value": token, "url": address}])
    wrong += [one for path in filled.pages() for one in looked_at(visitor, path)]
    context.close()
    assert wrong == [], "\n".join(wrong)


def looked_at(visitor: Visitor, path: str) -> list[str]:
    """What is wrong with a page."""
    page, width = visitor.page, visitor.page.viewport_size["width"]  # type: ignore[index]
    visitor.problems.clear()
    page.goto(path)
    assert page.url.endswith(path), f"{path} led to {page.url}"
    wrong = [f"{path}: {one}" for one in violations(page)]
    wrong += [f"{path}: {said}" for said in too_wide(page, width)]
    if width > TABLET:
        page.set_viewport_size({"width": TABLET, "height": WIDE[1]})
        wrong += [f"{path}: on a tablet {said}" for said in too_wide(page, TABLET)]
        page.set_viewport_size({"width": width, "height": WIDE[1]})
    return wrong + [f"{path}: {problem}" for problem in visitor.problems]


def too_wide(page: Page, width: int) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"is {wide} px wide, with {page.evaluate(WIDEST, width)[:300]}"] if wide > width else []
