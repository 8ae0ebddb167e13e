"""What stands on every poster, whatever it is about."""

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from models import Category, Ended

CATEGORY: dict[Category, LazyString] = {
    Category.SUSPECT: lazy_gettext("Do you recognise this person?"),
    Category.WITNESS: lazy_gettext("Witness sought"),
    Category.MISSING: lazy_gettext("Missing person"),
    Category.UNIDENTIFIED: lazy_gettext("Unidentified person"),
}
ENDED: dict[Ended, LazyString] = {
    Ended.CORRECTED: lazy_gettext("Corrected, do not post"),
    Ended.WITHDRAWN: lazy_gettext("Withdrawn, do not post"),
    Ended.IDENTIFIED: lazy_gettext("Identified, do not post"),
    Ended.EXPIRED: lazy_gettext("Expired, do not post"),
}
FORMAT = {"pdf": "PDF", "png": "PNG"}
PAPER: dict[str, str] = {"a4": "A4", "letter": "Letter"}


def sheet_words(lacks_font: bool) -> dict[str, str]:
    """By the names that poster.typ has for them, in the language that is spoken."""
    return {
        "notice": _("Public notice"),
        "number": _("Notice"),
        "version": _("Version"),
        "logo": _("Logo of the agency"),
        "known": _("What is known"),
        "appearance": _("Description of the person"),
        "reward": _("Reward"),
        "caution": _("Caution"),
        "tell": _("Do you know something?"),
        "scan": _("Scan the code, or open this address, to see whether this notice is still current:"),
        "lead": _("A likeness is a lead for an inquiry, never evidence of who somebody is."),
        "fonts": font_words() if lacks_font else "",
    }


def font_words() -> str:
    """What is wrong on a machine without Thai letters, and what mends it."""
    return str(_("This machine has no font with Thai letters; install fonts-noto-core or fonts-thai-tlwg."))
