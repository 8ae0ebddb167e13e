"""What the records' words are called in a file that people read."""

from flask_babel import gettext as _

from app.exchange.chains import Line


def label() -> str:
    """What stands at every likeness."""
    return str(_("Computer-generated likeness from a witness sketch. Not a photograph."))


def status(word: str) -> str:
    known = {
        "open": _("Open"),
        "published": _("Published"),
        "identified": _("Identified"),
        "closed": _("Closed"),
        "archived": _("Archived"),
    }
    return str(known.get(word, word))


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
    """What an entry says was done."""
    return str(line["action"])
