"""The kinds of notification: a sentence for the page, another for the mail, which tells nothing of the case."""

from dataclasses import dataclass

from imaging.words import N_


@dataclass(frozen=True)
class Kind:
    """``sentence`` has %(names)s of the notification's facts. ``by_mail`` until the person says otherwise. ``each``:
    told of each time, although the one before was not read yet."""

    name: str
    sentence: str
    mail: str
    by_mail: bool = True
    each: bool = False


_ALL = (
    Kind(
        N_("You were assigned to a case"),
        N_("%(by)s assigned you to case %(case)s."),
        N_("You were assigned to a case."),
    ),
    Kind(
        N_("A likeness is done"),
        N_("Likeness %(number)s of “%(sketch)s” is done."),
        N_("A likeness that you asked for is done."),
        by_mail=False,
    ),
    Kind(
        N_("Something you asked for failed"),
        N_("What you asked for on “%(sketch)s” could not be done."),
        N_("Something that you asked for could not be done."),
        by_mail=False,
    ),
    Kind(
        N_("A real photo is compared"),
        N_("The real photo beside a likeness of “%(sketch)s” is compared."),
        N_("A photo that you handed in is compared."),
        by_mail=False,
    ),
    Kind(
        N_("Somebody asks for a case to be deleted"),
        N_("%(by)s asks for case %(case)s to be deleted."),
        N_("Somebody asks for a case to be deleted, and it takes a second person to decide."),
    ),
    Kind(
        N_("The glass of a case was broken"),
        N_("%(by)s broke the glass of case %(case)s."),
        N_("Somebody looked into a case of your unit by breaking the glass."),
        each=True,
    ),
    Kind(
        N_("A notice is approved"),
        N_("%(by)s approved the notice on case %(case)s."),
        N_("A notice of yours is approved."),
    ),
    Kind(
        N_("A notice waits for a decision"),
        N_("%(by)s submitted a notice on case %(case)s."),
        N_("A notice waits for your decision."),
    ),
    Kind(
        N_("A notice is returned"),
        N_("%(by)s returned the notice on case %(case)s to be changed."),
        N_("A notice of yours is to be changed."),
    ),
    Kind(
        N_("The pictures of a notice could not be made"),
        N_("The pictures of notice %(slug)s could not be made."),
        N_("The pictures of a notice of yours could not be made."),
    ),
    Kind(
        N_("A tip came"),
        N_("A tip came on case %(case)s."),
        N_("A tip came on a case of yours."),
    ),
    Kind(
        N_("A tip without a case came"),
        N_("Tip %(receipt)s came, which belongs to no case yet."),
        N_("A tip came that belongs to no case yet."),
    ),
    Kind(
        N_("A sender wrote again"),
        N_("The sender of tip %(receipt)s wrote again."),
        N_("The sender of a tip wrote again."),
    ),
)
_NAMES = (
    "assigned", "rendered", "failed", "photo", "deletion", "glass", "approved", "submitted", "returned", "unpictured",
    "tip", "loose_tip", "tip_again",
)  # fmt: skip
KINDS = dict(zip(_NAMES, _ALL, strict=True))
DEFAULTS = frozenset(name for name, kind in KINDS.items() if kind.by_mail)
