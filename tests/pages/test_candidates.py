"""Candidates of one request on a sketch's page, and which of them is the current one."""

import pytest

from app.database import transaction
from models import JobState, Sketch
from tests.app.renderers import HAIR
from tests.pages.desk import Desk, words


@pytest.fixture
def sketch(desk: Desk) -> Sketch:
    """Its eyes are found, and a worker is there."""
    added = desk.add()
    desk.work()
    return added


def render(desk: Desk, sketch: Sketch, **fields: str) -> str:
    desk.render(sketch, **{"candidates": "4", **fields})
    desk.work()
    return desk.page(sketch)


def keep(desk: Desk, sketch: Sketch, number: int) -> str:
    likeness = next(one for one in desk.likenesses(sketch) if one.number == number)
    answer = desk.browser.post(f"/likenesses/{likeness.id}/keep")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/sketches/{sketch.id}")
    return desk.page(sketch)


def face(page: str) -> str:
    return page.partition('data-region="face"')[2].partition("</figure>")[0]


def test_four_are_offered_first_and_a_form_without_the_field_asks_for_one(desk: Desk, sketch: Sketch) -> None:
    page = desk.page(sketch)
    assert 'name="candidates" value="4" checked' in page
    assert page.count('name="candidates"') == 4
    desk.render(sketch)
    desk.work()
    assert [one.candidate for one in desk.likenesses(sketch)] == [None]


def test_each_candidate_is_one_job_with_one_likeness(desk: Desk, sketch: Sketch) -> None:
    render(desk, sketch)
    desk.work()
    made = desk.likenesses(sketch)
    assert {one.job_id for one in made} == {job.id for job in desk.jobs(sketch)}
    assert [(one.number, one.candidate) for one in made] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert len({one.set_id for one in made}) == 1
    assert [one.appearance for one in made] == [{}, *({"hair": name} for name in HAIR)]
    assert [one.varied for one in made] == [[], ["hair"], ["hair"], ["hair"]]
    assert len({one.image_sha256 for one in made}) == 4


def test_they_are_shown_side_by_side_with_what_differs_in_words(desk: Desk, sketch: Sketch) -> None:
    page = render(desk, sketch)
    said = words(face(page))
    assert "4 candidates" in said
    assert "Neutral" in said
    for name in HAIR:
        assert f"Hair: {name} Keep this one" in said
    assert "another seed varies" not in said
    assert 'name="view"' not in page
    assert desk.likenesses(sketch)[0].image_sha256 in page


def test_where_colours_run_out_the_seeds_are_said(desk: Desk, sketch: Sketch) -> None:
    said = words(face(render(desk, sketch, hair="brown", seed="7", candidates="2")))
    assert "Another seed: 8" in said
    assert "Where no other colour is far enough from those shown, another seed varies the face itself." in said
    assert "Asked for: hair colour brown." in said
    assert [(one.seed, one.appearance) for one in desk.likenesses(sketch)] == [
        (7, {"hair": "brown"}),
        (8, {"hair": "brown"}),
    ]


def test_one_is_looked_at_closely_and_found_again(desk: Desk, sketch: Sketch) -> None:
    render(desk, sketch)
    page = desk.page(sketch, "?likeness=3")
    assert "Likeness 3 " in face(page)
    assert "Hair: brown" in words(face(page))
    assert f"/sketches/{sketch.id}?compare=3" in page
    assert "hair colour brown (proposed by the program)" in words(page).lower()
    assert "candidates" in face(desk.page(sketch, "?compare=3"))
    assert '<option value="brown" data-colour="#1f1d1c" selected>' in page  # to go on from there


def test_the_one_that_is_kept_is_the_current_one_and_can_be_changed(desk: Desk, sketch: Sketch) -> None:
    render(desk, sketch)
    page = keep(desk, sketch, 3)
    assert "Likeness 3 " in face(page)
    assert "Kept" in words(face(page))
    third = desk.likenesses(sketch)[2]
    assert third.kept_by == desk.account.id
    assert str(third.id) in desk.browser.get("/sketches").text
    assert "Likeness 1 " in face(keep(desk, sketch, 1))
    before = desk.likenesses(sketch)[0].kept_at
    keep(desk, sketch, 1)
    assert desk.likenesses(sketch)[0].kept_at == before
    assert len(desk.likenesses(sketch)) == 4


def test_what_is_rendered_after_that_is_shown_and_the_kept_one_stays_current(desk: Desk, sketch: Sketch) -> None:
    render(desk, sketch)
    keep(desk, sketch, 2)
    assert "4 candidates" in words(face(render(desk, sketch, seed="5")))
    second = desk.likenesses(sketch)[1]
    assert str(second.id) in desk.browser.get("/sketches").text
    assert "Likeness 6 " in face(keep(desk, sketch, 6))


def test_until_one_is_kept_the_neutral_one_stands_for_the_sketch(desk: Desk, sketch: Sketch) -> None:
    render(desk, sketch)
    listed = desk.browser.get("/sketches").text
    first, *others = desk.likenesses(sketch)
    assert str(first.id) in listed
    assert not [one for one in others if str(one.id) in listed]


def test_while_some_are_still_to_come(desk: Desk, sketch: Sketch) -> None:
    render(desk, sketch, candidates="2")
    desk.render(sketch, candidates="2", seed="9")
    second = desk.jobs(sketch)[3]
    with transaction(desk.db):
        second.state = JobState.CANCELLED  # so that only the first of both is done
    desk.work()
    desk.put(second, JobState.QUEUED)
    page = desk.page(sketch)
    assert "Rendering 2 candidates, 1 done" in page
    assert "Candidate 2 is being rendered." in page
    assert desk.browser.get("/sketches").text.count('data-kind="running"') == 1
    desk.put(second, JobState.FAILED, "It broke.")
    page = desk.page(sketch)
    assert "1 of 2 candidates could not be rendered" in page
    assert "Candidate 2 could not be rendered." in page


def test_a_request_is_cancelled_and_tried_again_as_a_whole(desk: Desk, sketch: Sketch) -> None:
    page = desk.render(sketch, candidates="4")
    assert page.count("Next in the queue") == 1
    jobs = desk.jobs(sketch)
    desk.browser.post(f"/jobs/{jobs[1].id}/cancel")
    assert {job.state for job in desk.jobs(sketch)} == {JobState.CANCELLED}
    for job in desk.jobs(sketch):
        desk.put(job, JobState.FAILED, "It broke.")
    answer = desk.browser.post(f"/jobs/{jobs[2].id}/retry")
    assert answer.status_code == 303
    desk.db.expire_all()
    assert {job.state for job in desk.jobs(sketch)} == {JobState.QUEUED}
    assert desk.browser.post(f"/jobs/{jobs[2].id}/retry").status_code == 409


def test_the_same_request_twice_is_one(desk: Desk, sketch: Sketch) -> None:
    for fields in ({"candidates": "4"}, {"candidates": "4"}, {"candidates": "2"}, {"hair": "brown"}, {"hair": "brown"}):
        desk.render(sketch, **fields)
    assert len(desk.jobs(sketch)) == 4 + 2 + 1


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"candidates": "0"}, "from 1 to 8"),
        ({"candidates": "9"}, "from 1 to 8"),
        ({"candidates": "many"}, "from 1 to 8"),
        ({"hair": "pink"}, "Choose one of: black, brown, blond."),
        ({"eyes": "[[1, 2], [3, 4]]"}, "That eye colour is not known here."),
    ],
)
def test_what_cannot_be_asked_for_is_said(desk: Desk, sketch: Sketch, fields: dict[str, str], said: str) -> None:
    filled = {"engine": "pix2pix", "seed": "0", "strength": "0", **fields}
    answer = desk.browser.post(f"/sketches/{sketch.id}/render", filled)
    assert answer.status_code == 422
    assert said in answer.text
    assert desk.jobs(sketch) == []


def test_not_known_is_a_value(desk: Desk, sketch: Sketch) -> None:
    desk.render(sketch, skin="unknown", hair="", eyes="blue")
    assert desk.jobs(sketch)[0].params["appearance"] == {"eyes": "blue"}
