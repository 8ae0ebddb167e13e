"""The list of sketches: empty, searched, in pages, and in every state."""

import pytest
from flask import Flask

from app.studio import service, states
from models import JobKind, JobState
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services
from tests.pages.desk import Desk, words
from tests.people import PASSWORD, Person


def test_an_empty_desk_says_how_to_start(desk: Desk) -> None:
    page = desk.browser.get("/sketches").text
    assert "No sketches yet" in page
    assert 'type="search"' not in page


def test_a_title_is_found_whatever_its_case(desk: Desk) -> None:
    for title in ("Harbour, first witness", "Market"):
        desk.add(title)
    page = words(desk.browser.get("/sketches?q=WITNESS%20harbour").text)
    assert "Harbour, first witness" in page
    assert "1 sketch with “WITNESS harbour” in the title." in page
    assert "Market" not in page


def test_nothing_found_says_so(desk: Desk) -> None:
    desk.add("Harbour")
    page = desk.browser.get("/sketches?q=%3Cb%3Ezebra").text
    assert "No sketch has “&lt;b&gt;zebra” in its title" in page


def test_pages_of_twenty_four(desk: Desk) -> None:
    wired = services(desk.app)
    for number in range(25):
        service.create_sketch(desk.db, wired.store, desk.account, drawing_png(1), "a.png", f"Sketch {number}")
    first, second = desk.browser.get("/sketches").text, desk.browser.get("/sketches?page=2").text
    assert first.count('class="sketch-row"') == 24
    assert second.count('class="sketch-row"') == 1
    assert "25 sketches, newest first" in first
    assert "Page 1 of 2" in first
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev"' in second
    assert desk.browser.get("/sketches?page=99").text.count('class="sketch-row"') == 1
    assert desk.browser.get("/sketches?page=x").status_code == 200


def test_titles_are_text(desk: Desk) -> None:
    desk.add("<script>alert(1)</script> & “more”")
    page = desk.browser.get("/sketches").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; “more”" in page


def test_only_my_sketches(desk: Desk, app: Flask, person: Person) -> None:
    desk.add("Mine alone")
    other = Browser(app)
    other.sign_in(person("Other"), PASSWORD)
    assert "Mine alone" not in other.get("/sketches").text


def test_each_state_is_said_in_words(desk: Desk) -> None:
    sketch = desk.add()

    def state() -> str:
        page = desk.browser.get("/sketches").text
        return words(page.partition('class="sketch-state"')[2].partition("</p>")[0]).lstrip("> ")

    assert state() == "Waiting"
    desk.put(desk.jobs(sketch, JobKind.ALIGN)[0], JobState.RUNNING)
    assert state() == "Finding the eyes"
    desk.put(desk.jobs(sketch, JobKind.ALIGN)[0], JobState.QUEUED)
    desk.work()
    assert state() == "Ready to render"
    desk.render(sketch)
    assert state() == "In the queue"
    job = desk.jobs(sketch)[0]
    for job_state, said in ((JobState.RUNNING, "Rendering"), (JobState.FAILED, "Failed")):
        desk.put(job, job_state)
        assert state() == said
    desk.put(job, JobState.PARKED)
    assert state() == "Set aside"
    desk.put(job, JobState.CANCELLED)
    assert state() == "Ready to render"
    desk.put(job, JobState.QUEUED)
    desk.work()
    assert state() == "Done"


@pytest.mark.parametrize("kind", sorted({JobKind.ALIGN, JobKind.RENDER, JobKind.PHOTO}))
@pytest.mark.parametrize("state", JobState)
def test_every_state_of_a_job_has_words(kind: JobKind, state: JobState) -> None:
    """A new state must not reach a page as a missing key. Notices and files have pages of their own, which say it by
    themselves."""
    from models import Job

    said = states.job_words(Job(kind=kind, state=state), 2, live=True)
    assert said[0].isupper()
    assert "renderer to start" in states.job_words(Job(kind=kind, state=JobState.QUEUED), 1, live=False)
