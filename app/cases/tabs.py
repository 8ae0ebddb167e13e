"""The pages of a case. A room that hangs one in adds its line here and a template that extends cases/case.html."""

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _


@dataclass(frozen=True)
class Tab:
    """``endpoint`` is a GET view that takes ``case_id``."""

    endpoint: str
    title: LazyString


TABS = [
    Tab("cases.case", _("Overview")),
    Tab("filing.sketches", _("Sketches")),
    Tab("witness.sessions", _("Witness sessions")),
    Tab("notices.of_case", _("Notices")),
    Tab("inbox.of_case", _("Tips")),
    Tab("cases.notes", _("Notes")),
    Tab("cases.timeline", _("Timeline")),
    Tab("cases.custody", _("Custody")),
    Tab("exchange.page", _("Export")),
    Tab("retention.case", _("Retention")),
]
"""In the order in which they are shown."""
