"""What the page's script follows."""

from models import JobState
from tests.pages.desk import Desk


def test_it_changes_exactly_when_something_changed(desk: Desk) -> None:
    sketch = desk.add()
    address = f"/sketches/{sketch.id}/status.json"
    seen: list[str] = []

    def look() -> dict[str, object]:
        answer = desk.browser.get(address)
        assert answer.json is not None
        etag = answer.headers["ETag"]
        assert etag not in seen
        seen.append(etag)
        again = desk.browser.get(address, **{"If-None-Match": etag})
        assert again.status_code == 304
        assert again.data == b""
        assert f'data-etag="{etag.replace(chr(34), "&quot;")}"' in desk.page(sketch)
        found: dict[str, object] = answer.json
        return found

    start = look()
    assert start["busy"] is True
    assert start["eyes"] is None
    desk.work()
    assert look()["busy"] is False
    desk.render(sketch, seed="3")
    queued = look()
    assert queued["busy"] is True
    [job] = desk.jobs(sketch)
    assert queued["jobs"] == [
        {
            "id": str(job.id),
            "kind": "render",
            "state": "queued",
            "words": "Next in the queue",
            "position": 1,
            "reason": "",
        }
    ]
    desk.put(job, JobState.FAILED, "It broke.")
    assert look()["busy"] is False
    desk.put(job, JobState.QUEUED)
    desk.work()
    done = look()
    assert done["kept"] is None
    assert done["jobs"] == []
    [likeness] = desk.likenesses(sketch)
    assert done["likenesses"] == [
        {
            "id": str(likeness.id),
            "number": 1,
            "engine": "pix2pix",
            "seed": 3,
            "strength": 0.25,
            "appearance": {},
            "candidate": None,
            "differs": {},
            "urls": {
                "image": f"/likenesses/{likeness.id}/image",
                "thumbnail": f"/likenesses/{likeness.id}/thumbnail",
                "provenance": f"/likenesses/{likeness.id}/provenance.json",
            },
        }
    ]


def test_it_is_never_kept_without_asking(desk: Desk) -> None:
    answer = desk.browser.get(f"/sketches/{desk.add().id}/status.json")
    assert answer.headers["Cache-Control"] == "private, no-cache"
