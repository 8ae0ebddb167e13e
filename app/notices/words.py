"""What the records' words about notices are called on the pages."""

from flask_babel import lazy_gettext as _

from models import Ended

ENDED = {
    Ended.CORRECTED: _("Corrected"),
    Ended.WITHDRAWN: _("Withdrawn"),
    Ended.IDENTIFIED: _("Person identified"),
    Ended.EXPIRED: _("Expired"),
}
FIELDS = {
    "headline": _("Headline"),
    "known": _("What is known"),
    "appearance": _("Appearance"),
    "area": _("Area"),
    "caution": _("Caution"),
    "reward": _("Reward"),
    "contact": _("Contact"),
}
"""Of `app.notices.content.Wording`, in the order of the form."""
HINTS = {
    "headline": _("Who is asked for, and why, in one line."),
    "known": _("What happened, as far as the public may know it. Nothing that only a witness can have said."),
    "appearance": _("Age, build, hair, clothing, marks."),
    "area": _("A district or a town. Never an address."),
    "caution": _("What whoever recognises the person must not do, such as approaching them."),
    "reward": _("Who offers how much, and for what. Empty: none."),
    "contact": _("How to reach the agency."),
}
STATES = {
    "": _("All"),
    "draft": _("Draft"),
    "submitted": _("Waits for a decision"),
    "public": _("Public"),
    "ended": _("Not public any more"),
}
"""What the list can be narrowed to."""
PARTS = {"witness": _("pseudonym"), "artist": _("artist"), "statement": _("statement")}
"""Of a witness session, what was found in a text."""
