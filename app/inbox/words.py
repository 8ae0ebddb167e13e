"""What pages call the kinds and states of tips."""

from flask_babel import lazy_gettext as _

from models import Scan, TipKind, TipState

KIND = {
    TipKind.TIP: _("Tip"),
    TipKind.THIS_IS_ME: _("“This is me”"),
    TipKind.WRONG: _("“This is wrong”"),
}
STATE = {
    TipState.NEW: _("New"),
    TipState.IN_REVIEW: _("In review"),
    TipState.USEFUL: _("Useful"),
    TipState.CLOSED: _("Closed"),
    TipState.SPAM: _("Spam"),
}
SHAPE = {
    TipState.NEW: "queued",
    TipState.IN_REVIEW: "ready",
    TipState.USEFUL: "done",
    TipState.CLOSED: "archived",
    TipState.SPAM: "cancelled",
}
SCAN = {
    Scan.CLEAN: _("No virus found"),
    Scan.INFECTED: _("Holds a virus: not handed out"),
    Scan.FAILED: _("Could not be checked for viruses"),
}
