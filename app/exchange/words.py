"""What the records' words are called in a file that people read."""

import uuid
from collections.abc import Mapping

from flask_babel import gettext as _

from app.cases.words import STATUS
from app.custody.words import sentence, who
from app.exchange.chains import Line
from app.languages.names import NAMES
from app.notices.words import ENDED, FIELDS
from app.public.words import CATEGORY
from models import CaseStatus, Category, CustodyEntry, Ended


def label() -> str:
    """What stands at every likeness."""
    return str(_("Computer-generated likeness from a witness sketch. Not a photograph."))


def status(word: str) -> str:
    return str(STATUS[CaseStatus(word)])


def category(word: str) -> str:
    return str(CATEGORY[Category(word)])


def ended(word: str) -> str:
    """Why a publication ended."""
    return str(ENDED[Ended(word)])


def language(code: str) -> str:
    return NAMES.get(code, code)


def wording(said: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a notice says in one language, each with what that is called."""
    return [(str(FIELDS.get(name, name)), text) for name, text in said.items()]


def fact(name: str) -> str:
    """What a drawing does not say, by its name in a session's facts."""
    known = {
        "age_from": _("Age from"),
        "age_to": _("Age to"),
        "height_cm": _("Height in cm"),
        "build": _("Build"),
        "hair": _("Hair"),
        "eyes": _("Eyes"),
        "skin": _("Skin"),
        "marks": _("Marks"),
        "clothing": _("Clothing"),
    }
    return str(known.get(name, name.replace("_", " ")))


def action(line: Line) -> str:
    """What an entry says was done, as the product's own pages say it."""
    return sentence(_entry(line))


def actor(line: Line) -> str:
    return who(_entry(line))


def _entry(line: Line) -> CustodyEntry:
    names = ("action", "object_kind", "details", "actor")
    actor_id = uuid.UUID(line["actor_id"]) if line["actor_id"] else None
    return CustodyEntry(actor_id=actor_id, **{name: line[name] for name in names})
