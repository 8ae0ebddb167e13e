"""The live product and a real Chromium; a test fails on any error in the console and on any lost request."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.database import Database, transaction
from app.identity import accounts, sessions
from app.identity.passwords import hash_password
from app.studio import service
from models import Account, Role, utc_now
from tests.browser.watched import Visitor, watch
from tests.live import LiveServer, live
from tests.servers import wait_until

PASSWORD = "nine small teal boats"
FIRST = "first@example.org"
WIDE, PHONE = (1440, 900), (360, 740)

Visit = Callable[..., Visitor]

expect.set_options(timeout=60_000)  # a busy machine is no failure


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Web server and worker as processes of their own, with the shipped weights; the renderer is up."""
    with live(tmp_path_factory.mktemp("product") / "var") as server:
        database = Database(server.settings.database_url)

        def up() -> bool:
            with database.session(read_only=True) as db:
                return service.capabilities(db) is not None

        wait_until(up, 180, "the worker's start")
        database.close()
        yield server


@pytest.fixture(scope="session")
def records(product: LiveServer, first_account: None) -> Iterator[Database]:
    """The product's own records, for what takes too long or a bad day to reach by browser."""
    database = Database(product.settings.database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def first_account(product: LiveServer, chromium: Browser) -> None:
    """The first administrator, made as a newcomer makes it: by the link that the start printed."""
    context = chromium.new_context(base_url=product.url)
    page = context.new_page()
    page.goto(product.first_account_link)
    page.get_by_label("Your name").fill("First Administrator")
    page.get_by_label("E-mail address").fill(FIRST)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/cases")
    context.close()


@pytest.fixture
def account(records: Database, request: pytest.FixtureRequest) -> Account:
    """An investigator of this test alone, with PASSWORD."""
    return make_account(records, f"{request.node.name}@example.org", Role.INVESTIGATOR)


def make_account(records: Database, email: str, *roles: Role) -> Account:
    email = "".join(sign if sign.isalnum() or sign in "@." else "." for sign in email.lower())[-80:].lstrip(".")
    with records.session() as db:
        account = accounts.add_account(db, email, "Test Investigator", roles)
        with transaction(db):
            account = accounts.locked(db, account.id)
            account.password_hash, account.password_changed_at = hash_password(PASSWORD), utc_now()
        return account


@pytest.fixture
def visit(product: LiveServer, chromium: Browser, records: Database) -> Iterator[Visit]:
    """Opens a browser window, signed in as an account or as nobody; all are checked at the end."""
    opened: list[tuple[BrowserContext, Visitor]] = []

    def open_window(account: Account | None = None, size: tuple[int, int] = WIDE, **options: object) -> Visitor:
        viewport = {"width": size[0], "height": size[1]}
        context = chromium.new_context(base_url=product.url, viewport=viewport, **options)  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        if account is not None:
            context.add_cookies([{"name": "semblance", "value": _token(records, account), "url": product.url}])
        visitor = watch(context.new_page())
        opened.append((context, visitor))
        return visitor

    yield open_window
    problems = [problem for _, visitor in opened for problem in visitor.problems]
    for context, _ in opened:
        context.close()
    assert problems == []


def _token(records: Database, account: Account) -> str:
    with records.session() as db:
        return sessions.start(db, accounts.get_account(db, account.id)).token


@pytest.fixture
def page(visit: Visit, account: Account) -> Page:
    """A wide window, signed in."""
    return visit(account).page
