"""Who may send a tip now: by work that a script does in the background, or by time that passes while a person writes.

Neither tells anything about anybody. Both cost more the more is sent, and what is refused is told when it will be
taken.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _

from app import context
from app.errors import Forbidden, TooManyRequests
from app.tips.flood import Clock, Flood
from app.tips.forms import LASTS, Form, Forms, solved

CALM, SHARE = 30, (20, 60.0)
"""Tips a minute up to which nothing gets harder; as how many one network counts at most, in how many seconds: alone it
makes nothing harder for others."""
LEAST_BITS, MOST_BITS = 16, 22
"""Of work: a sixth of a second to ten seconds on a telephone."""
LEAST_AGE, MOST_AGE = 3, 60
"""Seconds that a form without work must have been open, calm and in a flood."""
WITH_WORK = (10, 600.0)
WITHOUT, WITHOUT_IN_A_FLOOD = (4, 600.0), (1, 600.0)
"""Of one network: how many in how many seconds. In a flood each has one, so that few networks cannot take the share of
many people."""
ALL_WITHOUT = (240, 60.0)
"""Of everybody together: what the machine can do beside everything else."""


NETWORK = "semblance.tips.network"
"""Where a request keeps today's name of the network it came from: empty over an onion service."""


@dataclass(frozen=True)
class Door:
    """What one process keeps in memory to decide by."""

    flood: Flood
    forms: Forms
    used: "Used"

    @classmethod
    def make(cls, secret_key: str, clock: Clock = time.time) -> "Door":
        return cls(Flood(clock), Forms(secret_key, clock), Used(clock))

    def pressure(self) -> int:
        """0 when it is calm, and 1 more for every doubling of what is sent in a minute."""
        return max(0, (self.flood.load("tips") // CALM).bit_length())

    def mark(self) -> str:
        """For a form that is shown now."""
        return self.forms.make(min(MOST_BITS, LEAST_BITS + self.pressure()))

    def age_wanted(self) -> float:
        """Of a form that comes without work, in seconds."""
        return float(min(MOST_AGE, LEAST_AGE * 2 ** self.pressure()))


class Used:
    """The nonces of forms whose work was taken. A form holds for LASTS, and so does the memory of it."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._until: dict[str, float] = {}

    def take(self, nonce: str) -> bool:
        """Whether it had not been taken before."""
        now = self._clock()
        with self._lock:
            # They were put in by their time, so the oldest come first.
            while self._until and not now <= next(iter(self._until.values())) <= now + LASTS + 1:
                del self._until[next(iter(self._until))]
            if nonce in self._until:
                return False
            self._until[nonce] = now + LASTS
            return True


class FormStale(Forbidden):
    """The form is not one of ours, or was open for too long."""

    def __init__(self) -> None:
        super().__init__(_("This form was open for too long, or was changed on its way. Please send it once more."))


class Wait(TooManyRequests):
    """Not now: ``seconds`` until it will be taken."""

    def __init__(self, seconds: int) -> None:
        self.seconds = max(1, seconds)
        super().__init__(
            _(
                "Many tips are coming in just now, so yours has to wait a little: please send it again in "
                "%(seconds)s seconds. What you wrote is still here.",
                seconds=self.seconds,
            )
        )


def door() -> Door:
    found: Door = current_app.extensions["tips_door"]
    return found


def _room(what: str, rate: tuple[int, float], everybody: bool = False) -> bool:
    """Count one of this network, or of everybody. Over an onion service everybody comes from the same place, so what
    counts there is everybody's alone."""
    who = "" if everybody else str(request.environ.get(NETWORK, ""))
    return (not who and not everybody) or door().flood.count(what, who, *rate)


def admit(fields: Any) -> None:
    """Let one tip through, by its form's fields. Raises FormStale, Wait."""
    here = door()
    if _room("sent", SHARE):
        here.flood.note("tips")
    mark = fields.get("form", "")
    form = here.forms.read(mark)
    if form is None:
        raise FormStale
    if not context.settings().rate_limits:
        return
    worked = solved(mark, form.bits, fields.get("work", "")) and here.used.take(form.nonce)
    if worked:
        _within(_room("worked", WITH_WORK), WITH_WORK[1])
    else:
        _slowly(here, form)


def _slowly(here: Door, form: Form) -> None:
    """Without a script: time instead of work, and fewer."""
    missing = here.age_wanted() - form.age
    if missing > 0:
        raise Wait(int(missing) + 1)
    rate = WITHOUT_IN_A_FLOOD if here.pressure() else WITHOUT
    _within(_room("plain", rate), rate[1])
    _within(_room("all plain", ALL_WITHOUT, everybody=True), ALL_WITHOUT[1])


def _within(room: bool, seconds: float) -> None:
    if not room:
        raise Wait(int(seconds))


def limited(what: str, most: int, seconds: float, *, everybody: bool = False) -> None:
    """Count a request of this network, or of everybody, that is no tip. Raises TooManyRequests."""
    if context.settings().rate_limits and not _room(what, (most, seconds), everybody):
        raise TooManyRequests(_("That was too often in a short time. Wait a few minutes, then try again."))
