"""Adding sketches by the plain form, by script, as a version, and from the samples."""

import io

import pytest
from flask import Flask

from app.studio import samples
from models import JobKind
from tests.app.web import Browser
from tests.pages.desk import Desk, words
from tests.people import PASSWORD, Person

JSON = {"Accept": "application/json"}


def several(desk: Desk, *files: tuple[bytes, str]) -> dict[str, object]:
    return {"csrf_token": desk.browser.token(), "files": [(io.BytesIO(data), name) for data, name in files]}


def test_one_file_leads_to_its_page(desk: Desk) -> None:
    sketch = desk.add("Kiosk")
    assert sketch.title == "Kiosk"
    assert sketch.file_name == "Kiosk.png"


def test_several_files_of_which_one_is_bad(desk: Desk, png: bytes) -> None:
    data = several(desk, (png, "one.png"), (b"not a picture", "two.png"), (png, "three.png"))
    answer = desk.browser.client.post("/sketches/new", data=data)
    assert answer.status_code == 422
    said = words(answer.text)
    assert "One file was not added" in said
    assert "two.png" in said
    assert "Added: one, three" in said
    assert "2 sketches" in words(desk.browser.get("/sketches").text)


def test_several_good_files_lead_to_the_list(desk: Desk, png: bytes) -> None:
    answer = desk.browser.client.post("/sketches/new", data=several(desk, (png, "a.png"), (png, "b.png")))
    assert answer.headers["Location"] == "/sketches"


def test_no_file_at_all(desk: Desk) -> None:
    answer = desk.browser.post("/sketches/new", {"title": "Nothing"})
    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_a_script_is_answered_file_by_file(desk: Desk, png: bytes) -> None:
    data = several(desk, (png, "good.png"), (b"", "empty.png"))
    answer = desk.browser.client.post("/sketches/new", data=data, headers=JSON)
    assert answer.status_code == 200
    assert answer.json is not None
    assert [one["title"] for one in answer.json["added"]] == ["good"]
    assert answer.json["added"][0]["address"].startswith("/sketches/")
    assert answer.json["refused"][0]["name"] == "empty.png"
    assert answer.json["refused"][0]["reason"].endswith(".")


def test_a_title_that_is_too_long_is_refused_in_place(desk: Desk, png: bytes) -> None:
    answer = desk.browser.upload(png, "a.png", title="x" * 201)
    assert answer.status_code == 422
    assert "at most 200 characters" in answer.text


def test_versions_keep_their_lineage_side_by_side(desk: Desk) -> None:
    first = desk.add("Kiosk", seed=1)
    page = desk.browser.get(f"/sketches/new?parent={first.id}").text
    assert "Version 2 of" in words(page)
    assert "multiple" not in page
    second = desk.add("Kiosk", seed=2, parent=str(first.id))
    third = desk.add("Kiosk", seed=3, parent=str(second.id))
    assert [one.version for one in (first, second, third)] == [1, 2, 3]
    assert len({one.lineage_id for one in (first, second, third)}) == 1
    for sketch in (first, third):
        above, _, beside = words(desk.page(sketch)).partition("Versions of this sketch")
        assert f"Version {sketch.version} of 3" in above
        assert beside.index("Version 1") < beside.index("Version 2") < beside.index("Version 3")
        assert f"Version {sketch.version} Shown above" in beside
    assert desk.browser.get("/sketches").text.count('class="sketch-row"') == 1


@pytest.mark.parametrize("parent", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_version_of_nothing(desk: Desk, png: bytes, parent: str) -> None:
    assert desk.browser.get(f"/sketches/new?parent={parent}").status_code == 404
    assert desk.browser.upload(png, parent=parent).status_code == 404


def test_a_version_of_somebody_elses_sketch(desk: Desk, app: Flask, person: Person, png: bytes) -> None:
    other, sketch = Browser(app), desk.add()
    other.sign_in(person("Other"), PASSWORD)
    assert other.upload(png, parent=str(sketch.id)).status_code == 404


def test_a_sample_is_rendered_at_once(desk: Desk) -> None:
    assert samples.samples(), "the product comes with samples"
    desk.worker()
    sample = samples.samples()[0]
    assert f'value="{sample.name}"' in desk.browser.get("/sketches").text
    assert f'value="{sample.name}"' in desk.browser.get("/sketches/new").text
    answer = desk.browser.post("/sketches/sample", {"name": sample.name})
    sketch = desk.sketch(answer.headers["Location"])
    assert sketch.title.startswith("Sample: ")
    assert len(desk.jobs(sketch, JobKind.RENDER)) == 1
    desk.work()
    assert len(desk.likenesses(sketch)) == 1


def test_a_sample_waits_for_a_worker_that_is_still_starting(desk: Desk) -> None:
    answer = desk.browser.post("/sketches/sample", {"name": samples.samples()[0].name})
    sketch = desk.sketch(answer.headers["Location"])
    assert "Waiting for the renderer to start" in desk.page(sketch)
    desk.work()
    assert len(desk.likenesses(sketch)) == 1


@pytest.mark.parametrize("name", ["", "../img/portrait", "no-such-sample"])
def test_only_samples_are_samples(desk: Desk, name: str) -> None:
    assert desk.browser.post("/sketches/sample", {"name": name}).status_code == 404
