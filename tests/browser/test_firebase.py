"""The real SDK in a real Chromium against the real emulator: signing in, messages, and being stopped."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from app import create_app
from app.database import Database, upgrade
from app.identity import accounts, links
from app.identity.firebase import client, vouching
from app.settings import Settings
from models import Role, SignInSession
from tests.app.firebase_people import LATE, PASSWORD, Agency
from tests.app.web import forget_confirmations
from tests.browser.conftest import PHONE, WIDE
from tests.browser.watched import Visitor, violations, watch
from tests.emulators import AuthEmulator

pytestmark = pytest.mark.firebase
EMAIL = "one@example.org"
NEW = "eleven grey paper moons"


@dataclass
class Office:
    """An agency's web server, and windows on it."""

    agency: Agency
    url: str
    window: Callable[..., Visitor]


@pytest.fixture
def office(
    tmp_path: Path, auth_emulator: AuthEmulator, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    for module, name in ((client, "ATTEMPT"), (client, "DEADLINE"), (vouching, "DEADLINE")):
        monkeypatch.setattr(module, name, LATE)
    settings = Settings.from_env({"SEMBLANCE_VAR": str(tmp_path / "var"), **auth_emulator.environ})
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    app = create_app(settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    opened: list[Visitor] = []

    def window(size: tuple[int, int] = WIDE, **options: object) -> Visitor:
        viewport = {"width": size[0], "height": size[1]}
        context = chromium.new_context(base_url=url, viewport=viewport, **options)  # type: ignore[arg-type]
        visitor = watch(context.new_page())
        opened.append(visitor)
        return visitor

    with database.session() as db:
        yield Office(Agency(app, db, auth_emulator), url, window)
    auth_emulator.resume()
    problems = [problem for visitor in opened for problem in visitor.problems]
    for visitor in opened:
        visitor.page.context.close()
    server.shutdown()
    thread.join(10)
    server.server_close()
    database.close()
    assert problems == []


def sign_in(page: Page, password: str = PASSWORD, email: str = EMAIL) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def kept_by_the_browser(page: Page) -> list[str]:
    """What of Firebase lies in any of the browser's stores."""
    found: list[str] = page.evaluate("""async () => {
        const kept = [...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie];
        for (const { name } of await indexedDB.databases()) {
            const open = indexedDB.open(name);
            await new Promise((done) => (open.onsuccess = done));
            for (const store of open.result.objectStoreNames) {
                const all = open.result.transaction(store).objectStore(store).getAllKeys();
                await new Promise((done) => (all.onsuccess = done));
                kept.push(...all.result);
            }
            open.result.close();
        }
        return kept.filter((one) => String(one).includes("firebase:authUser") || String(one).includes("eyJ"));
    }""")
    return found


def test_signing_in_and_out(office: Office) -> None:
    office.agency.account()
    office.agency.user()
    page = office.window().page
    page.goto("/account")
    sign_in(page)
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert kept_by_the_browser(page) == []
    assert page.evaluate("document.cookie") == ""
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto("/account")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_wrong_password_and_nobody_known_say_the_same(office: Office) -> None:
    office.agency.account()
    office.agency.user()
    visitor = office.window()
    visitor.expected = ("400",)
    page = visitor.page
    page.goto("/sign-in")
    for email, password in ((EMAIL, "wrong password"), ("nobody@example.org", PASSWORD)):
        sign_in(page, password, email)
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("That e-mail and password do not match an account that can sign in.")
        expect(alert).to_be_focused()
        expect(page.get_by_label("E-mail address")).to_have_value(email)
    sign_in(page)
    expect(page.get_by_role("heading", name="No cases yet")).to_be_visible()


def test_a_user_without_an_account_here(office: Office) -> None:
    office.agency.account("somebody@example.org")
    office.agency.user()
    visitor = office.window()
    visitor.expected = ("403",)
    visitor.page.goto("/sign-in")
    sign_in(visitor.page)
    expect(visitor.page.get_by_role("alert")).to_contain_text("accounts are made by invitation")
    assert kept_by_the_browser(visitor.page) == []


def test_a_forgotten_password(office: Office) -> None:
    office.agency.account()
    office.agency.user()
    page = office.window().page
    page.goto("/sign-in")
    page.get_by_role("button", name="Password forgotten?").click()
    expect(page.get_by_role("alert")).to_contain_text("Type your e-mail address into the field first")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_role("button", name="Password forgotten?").click()
    expect(page.get_by_role("status")).to_contain_text(["a message with a link is on its way"])
    page.goto(office.agency.emulator.link(EMAIL))
    expect(page.get_by_text(EMAIL)).to_be_visible()
    for password, repeat, words in (("short", "short", "at least 12"), (NEW, "other", "The two passwords differ")):
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_label("The same password again").fill(repeat)
        page.get_by_role("button", name="Set password and sign in").click()
        expect(page.get_by_role("alert")).to_contain_text(words)
    page.get_by_label("The same password again").fill(NEW)
    page.get_by_role("button", name="Set password and sign in").click()
    expect(page.get_by_role("heading", name="No cases yet")).to_be_visible()


def test_a_link_that_was_used(office: Office) -> None:
    visitor = office.window()
    visitor.expected = ("400",)
    page = visitor.page
    page.goto("/firebase/action?mode=resetPassword&oobCode=used")
    expect(page.get_by_role("alert")).to_contain_text("This link has been used or has run out.")
    page.goto("/firebase/action?mode=recoverEmail&oobCode=x")
    expect(page.get_by_role("heading", name="This link cannot be used here")).to_be_visible()


def test_an_address_is_verified_first(office: Office) -> None:
    office.agency.account()
    office.agency.user(verified=False)
    page = office.window().page
    page.goto("/sign-in")
    sign_in(page)
    expect(page.get_by_role("status")).to_contain_text(["Verify your e-mail address first"])
    page.goto(office.agency.emulator.link(EMAIL))
    page.get_by_role("button", name="Verify this address").click()
    expect(page.get_by_role("status")).to_contain_text(["Your e-mail address is verified"])
    page.get_by_role("link", name="To the sign-in page").click()
    page.wait_for_url("**/sign-in")  # with its script: before that, a press sends the form without a token
    sign_in(page)
    expect(page.get_by_role("heading", name="No cases yet")).to_be_visible()


def test_a_user_disabled_at_firebase_writes_no_more(office: Office) -> None:
    office.agency.account()
    uid = office.agency.user()
    visitor = office.window()
    visitor.expected = ("401",)
    page = visitor.page
    page.goto("/account")
    sign_in(page)
    page.get_by_label("Your name").fill("Before")
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_text("Your name is saved.")).to_be_visible()
    office.agency.change_user(uid, disabled=True)
    page.get_by_label("Your name").fill("After")
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_role("heading", name="Please sign in")).to_be_visible()
    account = accounts.by_email(office.agency.db, EMAIL)
    assert account
    assert account.name == "Before"
    assert office.agency.db.query(SignInSession).count() == 0


def test_proving_again_who_one_is(office: Office) -> None:
    office.agency.account(EMAIL, Role.ADMIN)
    office.agency.user()
    visitor = office.window()
    visitor.expected = ("400", "403")
    page = visitor.page
    page.goto("/account/second-factor")
    sign_in(page)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    forget_confirmations(office.agency.app)
    office.agency.next_second()
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("link", name="Confirm that it is you").click()
    expect(page.get_by_label("Your password")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Your password").fill("wrong password")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("do not match an account")
    page.get_by_label("Your password").fill(PASSWORD)
    with page.expect_request(lambda one: one.method == "POST" and one.url.endswith("/confirm")) as sent:
        page.get_by_role("button", name="Go on").click()
    assert "boats" not in (sent.value.post_data or ""), "the password is Firebase's alone"
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("button", name="Set up").click()
    expect(page.locator("svg.qr")).to_be_visible()


def test_without_firebase_the_door_says_so(office: Office) -> None:
    office.agency.account()
    office.agency.user()
    visitor = office.window()
    visitor.expected = ("503",)
    page = visitor.page
    page.goto("/account")
    sign_in(page)
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    office.agency.silence()
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_text("Firebase, which says who may work here, does not answer just now.")).to_be_visible()


def test_the_first_administrator_comes_by_the_printed_link(office: Office) -> None:
    page = office.window().page
    page.goto(f"/first-account/{links.issue_first_admin(office.agency.db)}")
    page.get_by_label("Your name").fill("First")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text(EMAIL)).to_be_visible()
    page.get_by_label("Password", exact=True).fill(NEW)
    page.get_by_label("The same password again").fill(NEW)
    page.get_by_role("button", name="Set password and sign in").click()
    expect(page.get_by_role("heading", name="No cases yet")).to_be_visible()
    account = accounts.by_email(office.agency.db, EMAIL)
    assert account
    assert account.has_role(Role.ADMIN)


@pytest.mark.parametrize("scheme, size", [("light", WIDE), ("dark", PHONE)])
def test_how_the_pages_look(office: Office, scheme: str, size: tuple[int, int]) -> None:
    invited = links.issue_set_password(office.agency.db, office.agency.account())
    office.agency.user()
    visitor = office.window(size, color_scheme=scheme, is_mobile=size == PHONE)
    visitor.expected = ("400", "404")
    page = visitor.page
    code = office.agency.firebase.reset_code(EMAIL)
    for path in (
        "/sign-in",
        f"/set-password/{invited}",
        f"/firebase/action?mode=resetPassword&oobCode={code}",
        "/firebase/action?mode=verifyEmail&oobCode=x",
        "/firebase/action?mode=other",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
