"""What the public pages call things."""

from flask_babel import lazy_gettext as _

from models import Category

CATEGORY = {
    Category.SUSPECT: _("Suspect sought"),
    Category.WITNESS: _("Witness sought"),
    Category.MISSING: _("Missing person"),
    Category.UNIDENTIFIED: _("Unidentified person"),
}
LABEL = _("Computer-generated likeness from a witness sketch. Not a photograph.")
"""Stands under every picture, and is part of it."""
