"""Back-off and giving up, by the clock."""

from app.supervisor.restarts import Restarts


def test_delays_double_for_the_same_part() -> None:
    restarts = Restarts()
    assert [restarts.delay_after("worker", now) for now in (0.0, 2.0, 5.0, 10.0)] == [0.5, 1.0, 2.0, 4.0]


def test_another_part_starts_with_the_short_delay() -> None:
    restarts = Restarts()
    restarts.delay_after("worker", 0.0)
    restarts.delay_after("worker", 1.0)
    assert restarts.delay_after("web", 2.0) == 0.5


def test_the_fifth_death_within_a_minute_ends_it_whoever_died() -> None:
    restarts = Restarts()
    for now, part in ((0.0, "web"), (10.0, "worker"), (20.0, "web"), (30.0, "worker")):
        assert restarts.delay_after(part, now) is not None
    assert restarts.delay_after("web", 59.0) is None


def test_deaths_a_minute_ago_are_forgotten() -> None:
    restarts = Restarts()
    for now in (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0, 105.0, 120.0):
        assert restarts.delay_after("worker", now) is not None


def test_the_delay_has_a_limit() -> None:
    restarts = Restarts(deaths=100)
    assert max(restarts.delay_after("worker", float(now)) or 0.0 for now in range(20)) == 8.0
