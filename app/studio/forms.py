"""What the studio's forms say, read field by field and no further."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from app.errors import Refused
from app.studio.asking import MAX_CANDIDATES, MAX_SEED, REGIONS

UNKNOWN = ("", "unknown")
EYE_FIELDS = ("left_x", "left_y", "right_x", "right_y")


@dataclass(frozen=True)
class RenderForm:
    engine: str
    seed: int
    strength: float | None
    eyes: list[list[float]] | None
    """In pixels of the sketch, the viewer's left eye first; None when none were given."""
    appearance: dict[str, str]
    """Names of colours by region; what is left open is not in it."""
    candidates: int

    @property
    def body(self) -> tuple[object, ...]:
        """What was asked, as repeats are recognised by. As it was before there were colours, where none is asked for:
        a repeat may meet other code than the first request."""
        plain = (self.engine, self.seed, self.strength, self.eyes)
        return (*plain, self.appearance, self.candidates) if self.appearance or self.candidates != 1 else plain


def render_form(form: Mapping[str, str]) -> RenderForm:
    """Raises Refused with what to change."""
    return RenderForm(
        engine=form.get("engine", ""),
        seed=_seed(form.get("seed", "")),
        strength=_strength(form.get("strength", "")),
        eyes=eyes_form(form),
        appearance={region: name for region in REGIONS if (name := form.get(region, "").strip()) not in UNKNOWN},
        candidates=_candidates(form.get("candidates", "")),
    )


def unit_id(text: str) -> uuid.UUID | None:
    """None when no unit was chosen. Raises Refused for what names none."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Refused(_("Choose a unit from the list.")) from None


def _seed(text: str) -> int:
    text = text.strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MAX_SEED):
        raise Refused(_("The seed must be a whole number from 0 to %(most)s.", most=MAX_SEED))
    return int(text)


def _candidates(text: str) -> int:
    text = text.strip() or "1"
    if not (text.isascii() and text.isdigit() and len(text) == 1):
        raise Refused(_("The number of candidates must be from 1 to %(most)s.", most=MAX_CANDIDATES))
    return int(text)


def _strength(text: str) -> float | None:
    return None if not text.strip() else _number(text, _("The restoration must be a number from 0 to 1."))


def eyes_form(form: Mapping[str, str]) -> list[list[float]] | None:
    """The two points that a form gives, the left one first; None when it gives none. Raises Refused."""
    fields = [form.get(name, "").strip() for name in EYE_FIELDS]
    if not any(fields):
        return None
    if not all(fields):
        raise Refused(_("Give both positions of both eyes, or leave all four empty."))
    words = _("The positions of the eyes must be numbers.")
    left_x, left_y, right_x, right_y = (_number(text, words) for text in fields)
    # Whichever ring was dragged where: the left eye is the one on the left.
    return sorted([[left_x, left_y], [right_x, right_y]])


def _number(text: str, words: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise Refused(words) from None
    if not abs(value) < 1e9:  # also refuses nan
        raise Refused(words)
    return value
