"""What a sketch's page shows large: one likeness, or the candidates of one request side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.languages.telling import told
from app.studio.asking import REGIONS
from app.studio.keeping import beginning, kept, set_of
from app.studio.requests import Request
from app.studio.states import ACTIVE
from models import Job, Likeness

NEUTRAL = lazy_gettext("Neutral")
PARTS = {"skin": lazy_gettext("Skin"), "hair": lazy_gettext("Hair"), "eyes": lazy_gettext("Eyes")}


@dataclass(frozen=True)
class Slot:
    """A candidate's place; ``likeness`` is None until it is rendered, and stays None when that failed."""

    job: Job
    likeness: Likeness | None

    @property
    def number(self) -> int:
        return int(self.job.params.get("candidate", 1))

    @property
    def coming(self) -> bool:
        return self.job.state in ACTIVE


@dataclass(frozen=True)
class View:
    """``chosen`` is shown alone unless ``compared`` has places; then it is the first of those that are there.
    ``beside`` counts the candidates of its request, ``kept`` is the one that somebody kept last."""

    chosen: Likeness | None
    compared: Sequence[Slot]
    beside: int
    kept: Likeness | None


def view(
    likenesses: Sequence[Likeness], asked: Sequence[Request], number: int | None = None, compare: int | None = None
) -> View:
    """By number a likeness, or the candidates beside it. Else what somebody looking in should see: the result of the
    last request, its candidates side by side until one is kept; then the one that was kept."""
    last = kept(likenesses)
    one = next((one for one in likenesses if one.number in (number, compare)), None)
    together = one is not None and one.number == compare
    if one is None and likenesses:
        one, together = _fresh(likenesses, last)
    if one is None:
        return View(None, (), 0, None)
    places = _places(likenesses, asked, one)
    if together and len(places) > 1:
        return View(beginning(likenesses, one), places, len(places), last)
    return View(one, (), len(places), last)


def _fresh(likenesses: Sequence[Likeness], last: Likeness | None) -> tuple[Likeness, bool]:
    newest = likenesses[-1]
    mates = set_of(likenesses, newest)
    if last is not None and last.kept_at is not None and (last in mates or last.kept_at > newest.created_at):
        return last, False
    return newest, True


def _places(likenesses: Sequence[Likeness], asked: Sequence[Request], one: Likeness) -> list[Slot]:
    made = {likeness.job_id: likeness for likeness in likenesses}
    jobs = next((request.asked for request in asked if any(job.id == one.job_id for job in request.jobs)), ())
    return [Slot(job, made.get(job.id)) for job in jobs]


def differences(likeness: Likeness) -> list[tuple[str, str]]:
    """What sets a candidate apart from the neutral one, as names and values; nothing for that one itself."""
    known, varied = likeness.appearance or {}, likeness.varied or []
    found = [(str(PARTS[region]), told(known[region])) for region in REGIONS if region in varied]
    if not found and (likeness.candidate or 1) > 1:
        return [(str(_("Another seed")), str(likeness.seed))]
    return found


def title(likeness: Likeness) -> str:
    """What a candidate is called; empty for a likeness that was asked for alone."""
    if likeness.candidate is None:
        return ""
    return ", ".join(f"{name}: {value}" for name, value in differences(likeness)) or str(NEUTRAL)
