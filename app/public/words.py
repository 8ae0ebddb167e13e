"""What the public pages call things."""

from flask_babel import lazy_gettext as _

from app.public.verifying import By, Outcome
from models import Category

CATEGORY = {
    Category.SUSPECT: _("Suspect sought"),
    Category.WITNESS: _("Witness sought"),
    Category.MISSING: _("Missing person"),
    Category.UNIDENTIFIED: _("Unidentified person"),
}
LABEL = _("Computer-generated likeness from a witness sketch. Not a photograph.")
"""Stands under every picture, and is part of it."""

OUTCOME = {
    Outcome.CURRENT: _("Ours, and current"),
    Outcome.CORRECTED: _("Ours, and corrected since"),
    Outcome.OVER: _("Ours, and over"),
    Outcome.UNKNOWN: _("Not known here"),
    Outcome.ELSEWHERE: _("An address of another site"),
}
OF_A_FACE = {
    Outcome.CURRENT: _("A face of ours, and the rest not compared"),
    Outcome.CORRECTED: _("A face of ours, and its notice corrected since"),
    Outcome.OVER: _("A face of ours, and its notice over"),
}
"""What is said where a face alone was known: around it may stand what is nobody's notice."""
KNOWN_BY = {
    By.CREDENTIALS: _("its content credentials, signed by this installation"),
    By.LOOKS: _("its looks"),
    By.FACE: _("the face in it"),
    By.ADDRESS: _("its address"),
}
