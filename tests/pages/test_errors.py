"""Every error page says what happened and what to do next."""

import pytest

from app.errors import Conflict, Forbidden, Gone, NotFound, Refused, StorageFull, Unavailable
from app.problems import problem
from tests.app.web import Browser
from tests.pages.desk import Desk, words

CODES = (400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503, 507)


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_a_heading_and_a_way_on(desk: Desk, code: int) -> None:
    with desk.app.test_request_context("/"):
        desk.app.preprocess_request()
        answer = problem(code, "This is what happened.")
    page = answer.get_data(as_text=True)
    assert answer.status_code == code
    assert "This is what happened." in page
    heading = words(page.partition("<h1>")[2].partition("</h1>")[0])
    assert heading
    assert heading not in ("Not Found", "Bad Request", "Internal Server Error")
    assert 'class="button button-primary"' in page
    assert f'<p class="error-code">{code}</p>' in page


def test_every_error_of_ours_has_a_page() -> None:
    for error in (Conflict, Forbidden, Gone, NotFound, Refused, StorageFull, Unavailable):
        assert error.status in CODES


def test_an_address_that_is_not_there(stranger: Browser) -> None:
    answer = stranger.get("/nothing-here")
    assert answer.status_code == 404
    assert "Nothing here" in answer.text
    assert "Reference for the operator" in answer.text


def test_a_method_that_is_not_taken(desk: Desk) -> None:
    assert desk.browser.get("/sign-out").status_code == 405
