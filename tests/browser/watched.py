"""A window that remembers everything that went wrong in it."""

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, expect

from app.settings import ROOT

SAMPLES = ROOT / "static" / "samples"
RENDERED = 60_000
"""Milliseconds that a likeness may take on a busy machine."""

_axe = Axe()


@dataclass
class Visitor:
    page: Page
    problems: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    """Parts of console messages that the test brings about."""

    def note(self, problem: str) -> None:
        if not any(part in problem for part in self.expected):
            self.problems.append(problem)


def watch(page: Page) -> Visitor:
    visitor = Visitor(page)

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visitor.note(f"console: {message.text} ({message.location.get('url', '')})")

    def failed(request: Request) -> None:
        # A page that is left lets go of what it was still loading.
        if "ERR_ABORTED" not in (request.failure or ""):
            visitor.note(f"request: {request.url} {request.failure}")

    page.on("console", console)
    page.on("pageerror", lambda error: visitor.note(f"script: {error}"))
    page.on("requestfailed", failed)
    return visitor


def upload(page: Page, name: str = "short-hair.png", title: str = "Harbour") -> None:
    """Hand in a sample by the form and come to its page, with its eyes found."""
    page.goto("/sketches/new")
    page.locator("#files").set_input_files(SAMPLES / name)
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Add 1 sketch").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=RENDERED)
    expect(page.get_by_role("slider", name="Eye on the left")).to_be_visible(timeout=RENDERED)
    page.wait_for_load_state()  # rings that the server drew are there before the script that moves them


def render(page: Page, number: int = 1) -> None:
    """Ask for a likeness alone and wait for it."""
    page.get_by_role("radio", name="1", exact=True).check()
    page.locator("[data-render]").click()
    expect(page.locator(f'[data-likeness="{number}"]')).to_be_visible(timeout=RENDERED)


def violations(page: Page) -> list[str]:
    """What axe has against a page, rule and element. A click returns when the next page has only begun, so it waits."""
    page.wait_for_load_state()
    found = _axe.run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
