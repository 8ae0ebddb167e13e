"""How files come in: chosen, dropped, pasted, several at once, one of them bad."""

from pathlib import Path

from playwright.sync_api import Page, Route, expect

from app.cases import service as cases
from app.cases.forms import CaseFacts
from app.database import Database, transaction
from app.identity import accounts, units
from app.witness.forms import Said
from app.witness.service import add_session
from models import Account
from tests.browser.conftest import Visit
from tests.browser.watched import SAMPLES

BRING = """([kind, name, data]) => {
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, { type: "image/png" }));
    const [type, field] = kind === "paste" ? [ClipboardEvent, "clipboardData"] : [DragEvent, "dataTransfer"];
    for (const step of kind === "paste" ? ["paste"] : ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(new type(step, { bubbles: true, cancelable: true, [field]: carried }));
    }
}"""


def bring(page: Page, kind: str, name: str) -> None:
    """Drop or paste a sample."""
    import base64

    data = base64.b64encode((SAMPLES / name).read_bytes()).decode()
    page.evaluate(BRING, [kind, name, data])


def test_several_files_with_one_bad(page: Page, tmp_path: Path) -> None:
    bad, empty = tmp_path / "letter.png", tmp_path / "empty.png"
    bad.write_bytes(b"Dear Sir or Madam")
    empty.touch()
    page.goto("/sketches/new")
    chosen = [SAMPLES / "short-hair.png", bad, empty, SAMPLES / "long-hair.png"]
    page.locator("#files").set_input_files(chosen)
    items = page.locator(".queue-item")
    expect(items).to_have_count(4)
    expect(items.nth(2)).to_contain_text("The file is empty.")
    assert items.nth(0).locator("img").evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    page.get_by_role("button", name="Add 3 sketches").click()
    expect(items.nth(1)).to_contain_text("not an image")
    expect(items.nth(0).get_by_role("link", name="Open")).to_be_visible()
    expect(items.nth(3).get_by_role("link", name="Open")).to_be_visible()
    expect(page.get_by_text("2 files cannot be added.")).to_be_visible()
    expect(page.get_by_role("button", name="Take out letter.png")).to_be_focused()
    page.get_by_role("link", name="To the sketches").click()
    expect(page.locator(".sketch-row")).to_have_count(2)


def test_several_good_files_lead_to_the_list(page: Page) -> None:
    page.goto("/sketches/new")
    page.locator("#files").set_input_files([SAMPLES / "short-hair.png", SAMPLES / "long-hair.png"])
    page.get_by_label("Title").nth(1).fill("Second witness")
    page.get_by_role("button", name="Add 2 sketches").click()
    page.wait_for_url("**/sketches")
    expect(page.get_by_role("link", name="Second witness")).to_be_visible()
    expect(page.get_by_role("link", name="short-hair")).to_be_visible()


def test_dropped_and_pasted_and_taken_out_again(page: Page) -> None:
    page.goto("/sketches/new")
    bring(page, "drop", "short-hair.png")
    bring(page, "paste", "long-hair.png")
    items = page.locator(".queue-item")
    expect(items).to_have_count(2)
    expect(page.locator("[data-cover]")).to_be_hidden()
    page.get_by_role("button", name="Take out short-hair.png").click()
    expect(items).to_have_count(1)
    expect(page.get_by_role("button", name="Take out long-hair.png")).to_be_focused()
    page.get_by_role("button", name="Add 1 sketch").click()
    expect(page.get_by_role("heading", name="long-hair")).to_be_visible()


def test_a_new_version_takes_one_file(page: Page) -> None:
    page.goto("/sketches/new")
    page.locator("#files").set_input_files(SAMPLES / "short-hair.png")
    page.get_by_role("button", name="Add 1 sketch").click()
    page.get_by_role("link", name="New version").click()
    # The page must be there whole: a drop is sent by a script, which nothing makes wait.
    page.wait_for_url("**/sketches/new*")
    bring(page, "drop", "short-hair.png")
    bring(page, "drop", "long-hair.png")
    expect(page.locator(".queue-item")).to_have_count(1)
    expect(page.locator(".queue-item")).to_contain_text("long-hair.png")


def test_a_file_too_large_is_not_even_sent(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(20 * 2**20 + 1)
    page.goto("/sketches/new")
    page.locator("#files").set_input_files(large)
    expect(page.locator(".queue-item")).to_contain_text("It has 20.0 MB. A sketch may have at most 20 MB")
    expect(page.locator("[data-send]")).to_be_hidden()


def test_without_script_the_form_takes_several_files(visit: Visit, account: Account, tmp_path: Path) -> None:
    bad = tmp_path / "letter.png"
    bad.write_bytes(b"Dear Sir or Madam")
    visitor = visit(account, java_script_enabled=False)
    visitor.expected = ("422",)
    page = visitor.page
    page.goto("/sketches/new")
    expect(page.locator("#files")).to_be_visible()
    page.locator("#files").set_input_files([SAMPLES / "short-hair.png", bad])
    page.get_by_role("button", name="Add sketches").click()
    expect(page.get_by_text("One file was not added")).to_be_visible()
    page.get_by_role("link", name="short-hair").click()
    expect(page.get_by_role("heading", name="short-hair")).to_be_visible()


def test_what_is_chosen_before_the_script_is_there_is_taken(page: Page, account: Account) -> None:
    held: list[Route] = []
    page.route("**/js/upload*.js", lambda route: held.append(route))
    with page.expect_request("**/js/upload*.js"):
        page.goto("/sketches/new", wait_until="commit")
    page.locator("#files").set_input_files([SAMPLES / "short-hair.png", SAMPLES / "long-hair.png"])
    for one in held:
        one.continue_()
    expect(page.get_by_role("button", name="Add 2 sketches")).to_be_visible()


def test_what_is_added_from_a_case_is_filed_there_with_its_session(
    page: Page, account: Account, records: Database
) -> None:
    with records.session() as db:
        unit = units.add_unit(db, "Harbour unit of uploads")
        with transaction(db):
            accounts.locked(db, account.id).units = units.kept(db, [unit.id])
        head = accounts.get_account(db, account.id)
        case = cases.create(db, head, CaseFacts("Harbour of uploads"))
        session = add_session(db, head, case.id, Said("Ada", "Witness 1", None, "Interview", ""))
    page.goto(f"/cases/{case.id}")
    page.get_by_role("link", name="Add a sketch").click()
    expect(page.get_by_role("button", name="Young man with short hair")).to_have_count(0)
    page.get_by_label("Drawn in").select_option(str(session.id))
    page.locator("#files").set_input_files([SAMPLES / "short-hair.png", SAMPLES / "long-hair.png"])
    page.get_by_role("button", name="Add 2 sketches").click()
    page.wait_for_url(f"**/cases/{case.id}/sketches")
    expect(page.get_by_role("link", name="Session 1")).to_have_count(2)
    page.get_by_role("link", name="short-hair", exact=True).click()
    page.get_by_role("link", name=case.number, exact=True).click()
    page.wait_for_url(f"**/cases/{case.id}/sketches")
