"""What is proposed, in words."""

from flask_babel import lazy_gettext as _

from models import Proposal

PROPOSALS = {Proposal.ARCHIVE: _("Archive"), Proposal.DELETE: _("Delete")}
