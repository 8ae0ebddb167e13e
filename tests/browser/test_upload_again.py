"""An upload whose answer is lost, or that came while the server could not take it, is sent again and made once."""

from typing import Any

from playwright.sync_api import Route, expect

from models import Account
from tests.browser.conftest import Visit
from tests.browser.watched import SAMPLES


def test_a_lost_answer_and_a_second_press_make_one_sketch(visit: Visit, account: Account) -> None:
    visitor = visit(account)
    visitor.expected = ("ERR_CONNECTION_RESET",)
    page = visitor.page
    replays: list[bool] = []

    def lose_the_first_answer(paused: dict[str, Any]) -> None:
        # The server has answered: the sketch is made, and only the way back is cut.
        replays.append(any(one["name"].lower() == "idempotent-replay" for one in paused["responseHeaders"]))
        request = {"requestId": paused["requestId"]}
        if len(replays) == 1:
            wire.send("Fetch.failRequest", {**request, "errorReason": "ConnectionReset"})
        else:
            wire.send("Fetch.continueResponse", request)

    page.goto("/sketches/new")
    wire = page.context.new_cdp_session(page)
    wire.on("Fetch.requestPaused", lose_the_first_answer)
    wire.send("Fetch.enable", {"patterns": [{"urlPattern": "*/sketches/new", "requestStage": "Response"}]})
    page.locator("#files").set_input_files(SAMPLES / "short-hair.png")
    page.get_by_role("button", name="Add 1 sketch").click()
    expect(page.locator(".queue-item")).to_contain_text("It could not be sent.")
    page.get_by_role("button", name="Add 1 sketch").click()
    expect(page.get_by_role("heading", name="short-hair")).to_be_visible()
    assert replays == [False, True]
    page.goto("/sketches")
    expect(page.locator(".sketch-row")).to_have_count(1)


def test_a_server_that_is_away_for_a_moment_is_asked_again(visit: Visit, account: Account) -> None:
    visitor = visit(account)
    visitor.expected = ("503",)
    page = visitor.page
    away = [True]

    def be_away(route: Route) -> None:
        if route.request.method == "POST" and away:
            away.clear()
            problem = {"status": 503, "detail": "The records cannot be reached just now."}
            route.fulfill(status=503, json=problem)
        else:
            route.continue_()

    page.goto("/sketches/new")
    page.route("**/sketches/new", be_away)
    page.locator("#files").set_input_files(SAMPLES / "short-hair.png")
    page.get_by_role("button", name="Add 1 sketch").click()
    expect(page.locator(".queue-item")).to_contain_text("The records cannot be reached just now.")
    page.get_by_role("button", name="Add 1 sketch").click()
    expect(page.get_by_role("heading", name="short-hair")).to_be_visible()
