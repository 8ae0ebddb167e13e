"""A sketch's page in each of its states, and what its forms do without script."""

import pytest

from models import JobKind, JobState, Sketch
from tests.app.renderers import EYES
from tests.pages.desk import Desk, words

LABEL = "Computer-generated likeness from a witness sketch. Not a photograph."
FOUND = {"left_x": "100.0", "left_y": "120.0", "right_x": "160.0", "right_y": "120.0"}


@pytest.fixture
def sketch(desk: Desk) -> Sketch:
    """Its eyes are found, and a worker is there."""
    added = desk.add()
    desk.work()
    return added


def refreshes(page: str) -> bool:
    return '<noscript><meta http-equiv="refresh"' in page


def test_before_any_worker(desk: Desk) -> None:
    page = desk.page(desk.add())
    assert "The renderer is starting" in page
    assert "Waiting for the renderer to start" in page
    assert "data-render " not in page
    assert refreshes(page)


def test_while_the_eyes_are_looked_for(desk: Desk) -> None:
    sketch = desk.add()
    desk.worker()
    page = desk.page(sketch)
    assert "First the eyes are found." in page
    assert 'class="eye"' not in page
    assert refreshes(page)


def test_ready(desk: Desk, sketch: Sketch) -> None:
    page = desk.page(sketch)
    assert "Ready to render" in page
    assert page.count('class="eye"') == 2
    assert "translate(100.0 120.0)" in page
    for name, value in FOUND.items():
        assert f'name="{name}"' in page
        assert f'value="{value}"' in page
    assert not refreshes(page)
    assert LABEL not in words(page.partition("<dialog")[0])


def test_no_face_found(desk: Desk, sketch: Sketch) -> None:
    desk.lose_eyes(sketch)
    page = desk.page(sketch)
    assert "No face was found in the drawing." in page
    assert 'name="left_x" type="number" step="0.1" min="0" max="256" value=""' in page
    desk.render(sketch)
    assert desk.jobs(sketch)[0].params["eyes"] is None


def test_queued_can_be_cancelled(desk: Desk, sketch: Sketch) -> None:
    page = desk.render(sketch)
    assert "Next in the queue" in page
    assert refreshes(page)
    job = desk.jobs(sketch)[0]
    assert desk.browser.post(f"/jobs/{job.id}/cancel").headers["Location"] == f"/sketches/{sketch.id}"
    assert "Ready to render" in desk.page(sketch)


def test_the_place_in_the_queue(desk: Desk, sketch: Sketch) -> None:
    desk.render(sketch, seed="1")
    page = desk.render(sketch, seed="2")
    assert "Next in the queue" in page
    assert "Number 2 in the queue" in page


def test_rendering(desk: Desk, sketch: Sketch) -> None:
    desk.render(sketch)
    desk.put(desk.jobs(sketch)[0], JobState.RUNNING)
    page = desk.page(sketch)
    assert "Rendering the likeness" in page
    assert refreshes(page)


@pytest.mark.parametrize(
    "state, said",
    [(JobState.FAILED, "could not be rendered"), (JobState.PARKED, "stopped the renderer several times")],
)
def test_failed_says_why_and_can_be_tried_again(desk: Desk, sketch: Sketch, state: JobState, said: str) -> None:
    desk.render(sketch)
    job = desk.jobs(sketch)[0]
    desk.put(job, state, "The paper was <too> bright.")
    page = desk.page(sketch)
    assert said in page
    assert "The paper was &lt;too&gt; bright." in page
    assert not refreshes(page)
    desk.browser.post(f"/jobs/{job.id}/retry")
    assert "Next in the queue" in desk.page(sketch)


def test_eyes_that_could_not_be_looked_for(desk: Desk) -> None:
    sketch = desk.add()
    desk.worker()
    desk.put(desk.jobs(sketch, JobKind.ALIGN)[0], JobState.FAILED, "It broke.")
    page = desk.page(sketch)
    assert "The eyes could not be looked for" in page
    assert "It broke." in page


def test_done(desk: Desk, sketch: Sketch) -> None:
    desk.render(sketch, seed="7", strength="0.5")
    desk.work()
    page = desk.page(sketch)
    likeness = desk.likenesses(sketch)[0]
    assert words(page).count(LABEL) >= 2
    assert f"/likenesses/{likeness.id}/image?download=1" in page
    assert f"/likenesses/{likeness.id}/provenance.json?download=1" in page
    assert likeness.image_sha256 in page
    assert sketch.original_sha256 in page
    assert "Seed 7, restoration 50 %" in page
    assert 'name="seed" min="0" max="2147483647" step="1" value="7"' in page
    assert not refreshes(page)


def test_downloads(desk: Desk, sketch: Sketch) -> None:
    desk.render(sketch)
    desk.work()
    likeness = desk.likenesses(sketch)[0]
    picture = desk.browser.get(f"/likenesses/{likeness.id}/image?download=1")
    assert picture.mimetype == "image/png"
    name = f"likeness-1-{likeness.image_sha256[:8]}"
    assert picture.headers["Content-Disposition"] == f"attachment; filename={name}.png"
    kept = desk.browser.get(f"/likenesses/{likeness.id}/provenance.json?download=1")
    assert kept.json == likeness.provenance
    assert kept.headers["Content-Disposition"] == f"attachment; filename={name}.json"
    original = desk.browser.get(f"/sketches/{sketch.id}/original")
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in original.headers["Content-Security-Policy"]


def test_an_earlier_likeness_is_chosen_by_its_number(desk: Desk, sketch: Sketch) -> None:
    for seed in ("1", "2", "3"):
        desk.render(sketch, seed=seed)
        desk.work()
    assert "Likeness 3 <" in desk.page(sketch)
    page = desk.page(sketch, "?likeness=1")
    assert "Likeness 1 <" in page
    assert 'step="1" value="1"' in page
    assert page.count('aria-current="true"') == 1
    assert "Likeness 3 <" in desk.page(sketch, "?likeness=99")


def test_confirmed_eyes_are_those_that_were_found(desk: Desk, sketch: Sketch) -> None:
    desk.render(sketch, **FOUND)
    assert desk.jobs(sketch)[0].params["eyes"] is None
    assert desk.sketch(str(sketch.id)).eyes is None


def test_dragged_eyes_are_kept(desk: Desk, sketch: Sketch) -> None:
    moved = {**FOUND, "left_x": "90.5"}
    page = desk.render(sketch, **moved)
    assert desk.jobs(sketch)[0].params["eyes"] == [[90.5, 120.0], EYES[1]]
    assert "Placed by hand." in page
    assert "translate(90.5 120.0)" in page
    desk.render(sketch, **FOUND)
    assert desk.jobs(sketch)[1].params["eyes"] == EYES


def test_the_left_eye_is_the_one_on_the_left(desk: Desk, sketch: Sketch) -> None:
    desk.render(sketch, left_x="160", left_y="125", right_x="90", right_y="120")
    assert desk.jobs(sketch)[0].params["eyes"] == [[90.0, 120.0], [160.0, 125.0]]


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"seed": "-1"}, "The seed must be a whole number"),
        ({"seed": "4294967296"}, "The seed must be a whole number"),
        ({"seed": "seven"}, "The seed must be a whole number"),
        ({"strength": "much"}, "The restoration must be a number"),
        ({"strength": "nan"}, "The restoration must be a number"),
        ({"strength": "1.5"}, "between 0 and 1"),
        ({"engine": "magic"}, "That engine is not available"),
        ({"left_x": "10"}, "Give both positions of both eyes"),
        ({**FOUND, "left_x": "left"}, "must be numbers"),
        ({**FOUND, "right_x": "1e400"}, "must be numbers"),
        ({**FOUND, "right_x": "9999"}, "on the two eyes"),
        ({**FOUND, "right_x": "101"}, "on the two eyes"),
    ],
)
def test_what_cannot_be_rendered_is_said_on_the_page(
    desk: Desk, sketch: Sketch, fields: dict[str, str], said: str
) -> None:
    filled = {"engine": "pix2pix", "seed": "0", "strength": "0", **fields}
    answer = desk.browser.post(f"/sketches/{sketch.id}/render", filled)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Sketch and likeness" in answer.text
    scripted = desk.browser.post(f"/sketches/{sketch.id}/render", filled, Accept="application/json")
    assert scripted.json is not None
    assert said in scripted.json["detail"]
    assert desk.jobs(sketch) == []


def test_renaming(desk: Desk, sketch: Sketch) -> None:
    desk.browser.post(f"/sketches/{sketch.id}/title", {"title": "Other <title>"})
    assert "<h1>Other &lt;title&gt;</h1>" in desk.page(sketch)
    answer = desk.browser.post(f"/sketches/{sketch.id}/title", {"title": "  "})
    assert answer.status_code == 422
    assert "Give the sketch a title." in answer.text
