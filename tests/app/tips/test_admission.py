"""Who may send now: by work or by time, counted by names that nobody knows tomorrow; and clocks that jump."""

import dataclasses
import io

import pytest

from app import tips
from app.tips.admission import ALL_WITHOUT, CALM, LEAST_BITS, MOST_AGE, MOST_BITS, WITH_WORK, WITHOUT, Door
from app.tips.flood import DAY, Flood
from app.tips.forms import LASTS, TOLERANCE, solved
from app.tips.forms import Forms as Marks
from app.tips.quota import NoRoom, Quota
from tests.app.tips.conftest import MARK, Clock, Forms, work


def mark_of(forms: Forms, address: str = "192.0.2.1") -> str:
    found = MARK.search(forms.get("/en/new", address).text)
    assert found
    return found[1]


def test_without_a_script_time_passes_instead(forms: Forms) -> None:
    action = mark_of(forms)
    answer = forms.post(action, {"text": "I saw her.", "place": "the pier"})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "4"
    assert "the pier" in answer.text
    assert action in answer.text, "the same mark: its time goes on"
    forms.clock.now += 4
    assert forms.post(action, {"text": "I saw her."}).status_code == 200


def test_work_is_taken_once(forms: Forms) -> None:
    action = forms.form()
    assert forms.post(action, {"text": "1"}).status_code == 200
    assert forms.post(action, {"text": "2"}).status_code == 429
    forms.clock.now += 5  # sent again by a reload: it counts like a form without work
    assert forms.post(action, {"text": "3"}).status_code == 200


@pytest.mark.parametrize("query", ["form=1.2.3.4", "form=", "form=" + "x" * 5000])
def test_a_mark_that_was_not_made_here(forms: Forms, query: str) -> None:
    answer = forms.post(f"/en/new?{query}", {"text": "What I typed."})
    assert answer.status_code == 403
    assert "What I typed." in answer.text


def test_one_network_has_its_share_and_others_are_not_held_back(forms: Forms) -> None:
    codes = [forms.send(text="x").status_code for _ in range(WITH_WORK[0] + 1)]
    assert codes == [200] * WITH_WORK[0] + [429]
    assert forms.send(address="192.0.2.9", text="x").status_code == 200
    assert forms.send(address="2001:db8::1", text="x").status_code == 200
    forms.clock.now += WITH_WORK[1] + 1
    assert forms.send(text="x").status_code == 200


def test_without_work_the_share_is_smaller(forms: Forms) -> None:
    actions = [mark_of(forms) for _ in range(WITHOUT[0] + 1)]
    forms.clock.now += 30
    assert [forms.post(one, {"text": "x"}).status_code for one in actions] == [200] * WITHOUT[0] + [429]


ONION = f"http://{'a' * 56}.onion"


def test_over_an_onion_service_nobody_shares_a_count(forms: Forms) -> None:
    settings = dataclasses.replace(forms.settings, tips_url=ONION)
    onion = Forms(tips.create_app(settings), settings)
    for _ in range(WITH_WORK[0] + 3):
        page = onion.app.test_client().get("/en/new", base_url=ONION)
        found = MARK.search(page.text)
        assert found
        address = f"{found[1]}&work={work(found[2])}"
        assert onion.app.test_client().post(address, data={"text": "x"}, base_url=ONION).status_code == 200
    onion.desk.courier.stop()


def test_nobody_comes_over_an_onion_service_by_saying_so(forms: Forms) -> None:
    codes = []
    for _ in range(WITH_WORK[0] + 1):
        action = forms.form()
        codes.append(forms.app.test_client().post(action, data={"text": "x"}, base_url=ONION).status_code)
    assert codes == [200] * WITH_WORK[0] + [429]


def test_the_more_comes_the_more_is_asked_for() -> None:
    clock = Clock()
    door = Door.make("k" * 32, clock)
    assert (door.mark().split(".")[1], door.age_wanted()) == (str(LEAST_BITS), 3)
    for _ in range(CALM * 4):
        door.flood.note("tips")
    assert (door.mark().split(".")[1], door.age_wanted()) == (str(LEAST_BITS + 3), 24)
    for _ in range(CALM * 400):
        door.flood.note("tips")
    assert (door.mark().split(".")[1], door.age_wanted()) == (str(MOST_BITS), MOST_AGE)
    clock.now += 61
    assert door.pressure() == 0
    assert ALL_WITHOUT[0] > CALM


def test_a_network_is_called_otherwise_tomorrow_and_after_a_restart() -> None:
    clock = Clock()
    flood = Flood(clock)
    today = flood.name("192.0.2.1")
    assert today == flood.name("192.0.2.1") != flood.name("192.0.2.2")
    assert today != Flood(clock).name("192.0.2.1")
    assert flood.count("x", today, 1, DAY)
    assert not flood.count("x", today, 1, DAY)
    clock.now += DAY
    assert flood.name("192.0.2.1") != today
    clock.now -= DAY  # set back: the key of before is gone, so is every count
    assert flood.name("192.0.2.1") != today
    assert flood.count("x", today, 1, DAY)


def test_a_clock_that_is_set_back_forgets_and_never_locks() -> None:
    clock = Clock()
    flood = Flood(clock)
    assert flood.count("x", "", 1, 60)
    clock.now -= 3600
    assert flood.count("x", "", 1, 60)
    assert not flood.count("x", "", 1, 60)
    clock.now += 61
    assert flood.count("x", "", 1, 60)


def test_a_mark_runs_out_and_survives_a_small_jump() -> None:
    clock = Clock()
    marks = Marks("k" * 32, clock)
    mark = marks.make(16)
    for jump, holds in ((0, True), (LASTS, True), (LASTS + 1, False), (-TOLERANCE, True), (-TOLERANCE - 1, False)):
        clock.now += jump
        assert (marks.read(mark) is not None) is holds, jump
        clock.now -= jump
    assert Marks("j" * 32, clock).read(mark) is None
    assert solved(mark, 16, work(mark))
    assert not solved(mark, 16, "-1")


def test_used_work_is_remembered_as_long_as_its_form_holds() -> None:
    clock = Clock()
    used = Door.make("k" * 32, clock).used
    assert used.take("a")
    clock.now += LASTS - 1
    assert not used.take("a")
    clock.now += 2
    assert used.take("b")
    assert len(used._until) == 1
    clock.now -= 10 * DAY
    assert used.take("c")


def test_files_leave_room_for_words(forms: Forms, tmp_path: object) -> None:
    desk = forms.desk
    desk.quota._waiting = 1_000_000
    (desk.spool.folder / "lies-here").write_bytes(bytes(950_000))
    answer = forms.send(text="x", files=(io.BytesIO(bytes(600_000)), "a.bin"))
    assert answer.status_code == 507
    assert "in words" in answer.text
    assert forms.send(text="I saw her.").status_code == 200
    (desk.spool.folder / "lies-here").write_bytes(bytes(1_000_000))
    answer = forms.send(text="I saw her.")
    assert answer.status_code == 507
    assert "call the agency" in answer.text


def test_a_day_has_a_bound_that_a_restart_knows(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    clock = Clock()
    Quota((), tmp_path / "taken", 10**9, 1000, clock).take(850, files=True)
    again = Quota((), tmp_path / "taken", 10**9, 1000, clock)
    with pytest.raises(NoRoom, match="in words"):
        again.take(100, files=True)
    again.take(100, files=False)
    with pytest.raises(NoRoom, match="call the agency"):
        again.take(100, files=False)
    clock.now += DAY
    again.take(900, files=True)
