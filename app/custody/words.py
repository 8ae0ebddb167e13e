"""What entries and faults say to a person: every action and every fault has its words here."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.agency.declared import SECTIONS
from app.agency.settings import LOGO
from app.cases.words import FIELDS, STATUS
from app.custody.verifying import Fault
from app.inbox.words import STATE as TIP_STATE
from app.languages.formats import listed
from models import CaseStatus, CustodyEntry, TipState

PROGRAM: Mapping[str, LazyString] = {
    "operator": _("The operator"),
    "stranger": _("Somebody who was not signed in"),
    "worker": _("The program"),
}
"""Who acted that has no account."""

ACTIONS: Mapping[str, LazyString] = {
    "sketch.added": _("%(who)s handed in version %(version)s of the sketch."),
    "sketch.eyes": _("%(who)s marked the eyes."),
    "sketch.filed": _("%(who)s filed the sketch in the case."),
    "sketch.taken": _("%(who)s moved the sketch to another case."),
    "sketch.moved": _("%(who)s moved the sketch to %(unit)s."),
    "sketch.renamed": _("%(who)s gave the sketch another title."),
    "sketch.session": _("%(who)s said which session with the witness the sketch came of."),
    "likeness.asked": _("%(who)s asked for a likeness by %(engine)s."),
    "likeness.imported": _("%(who)s brought in a likeness that %(source)s had made."),
    "likeness.kept": _("%(who)s kept likeness %(number)s."),
    "likeness.rendered": _("%(who)s rendered likeness %(number)s."),
    "pairs.exported": _("%(who)s exported pairs of sketch and photo for training."),
    "photo.added": _("%(who)s added a photo of the person."),
    "photo.consent": _("%(who)s changed what the photo may be used for."),
    "photo.eyes": _("%(who)s placed the eyes on the photo."),
    "photo.measured": _("%(who)s compared the likeness with the photo."),
    "evidence.downloaded": _("%(who)s took evidence away."),
    "evidence.viewed": _("%(who)s looked at evidence."),
    "bulletin.made": _("%(who)s made a bulletin of notice %(notice)s, version %(version)s."),
    "case.assigned": _("%(who)s put %(person)s on the case."),
    "case.changed": _("%(who)s changed: %(fields)s."),
    "case.created": _("%(who)s opened the case."),
    "case.deleted": _("%(who)s had the case deleted."),
    "case.deletion_asked": _("%(who)s asked for the case to be deleted."),
    "case.deletion_refused": _("%(who)s refused to have the case deleted."),
    "case.exported": _("%(who)s exported the case."),
    "case.glass_broken": _("%(who)s broke the glass of case %(number)s: %(reason)s"),
    "case.glass_closed": _("%(who)s ended their look into the case."),
    "case.glass_tried": _("%(who)s tried to break the glass of a case %(number)s, which there is not: %(reason)s"),
    "case.hold": _("%(who)s put a legal hold on the case."),
    "case.imported": _("%(who)s imported the case."),
    "case.imported_public": _(
        "%(who)s opened the case: it was published where it came from, and nothing of it is public here."
    ),
    "case.moved": _("%(who)s moved the case from %(was)s to %(now)s."),
    "case.released": _("%(who)s lifted the legal hold."),
    "case.status": _("%(who)s changed the status from %(was)s to %(now)s."),
    "case.tagged": _("%(who)s changed the tags."),
    "case.unassigned": _("%(who)s took %(person)s off the case."),
    "note.added": _("%(who)s wrote a note."),
    "note.changed": _("%(who)s changed a note."),
    "note.removed": _("%(who)s removed a note."),
    "session.added": _("%(who)s added a session with the witness."),
    "session.changed": _("%(who)s changed a session with the witness."),
    "notice.changed": _("%(who)s changed notice %(slug)s."),
    "notice.corrected": _("%(who)s published version %(version)s of notice %(slug)s in place of the one before."),
    "notice.drafted": _("%(who)s drafted notice %(slug)s."),
    "notice.expired": _("%(who)s ended notice %(slug)s, which has expired."),
    "notice.identified": _("%(who)s took notice %(slug)s from the public: the person is identified."),
    "notice.pictured": _("%(who)s made the pictures of a notice."),
    "notice.published": _("%(who)s published version %(version)s of notice %(slug)s."),
    "notice.returned": _("%(who)s returned notice %(slug)s to be changed."),
    "notice.submitted": _("%(who)s submitted notice %(slug)s for a decision."),
    "notice.taken_back": _("%(who)s took notice %(slug)s back before it was decided."),
    "notice.withdrawn": _("%(who)s withdrew notice %(slug)s from the public."),
    "tip.deleted": _("%(who)s had tip %(receipt)s deleted, whose time was over."),
    "tip.exported": _("%(who)s took a redacted copy of tip %(receipt)s."),
    "tip.linked": _("%(who)s put tip %(receipt)s into the case."),
    "tip.merged": _("%(who)s put tip %(receipt)s together with tip %(into)s."),
    "tip.parted": _("%(who)s took tip %(receipt)s out from under another one."),
    "tip.received": _("%(who)s took in message %(message)s of tip %(receipt)s."),
    "tip.replied": _("%(who)s answered tip %(receipt)s."),
    "tip.state": _("%(who)s moved tip %(receipt)s from %(was)s to %(now)s."),
    "account.created": _("%(who)s made the account of %(name)s."),
    "account.factor": _("%(who)s changed the second factor of %(name)s."),
    "account.imported": _("%(who)s imported %(name)s from a list."),
    "account.invited": _("%(who)s made an invitation for %(name)s."),
    "account.link_issued": _("%(who)s made a one-time link for %(name)s."),
    "account.linked": _("%(who)s tied the account of %(name)s to a user at Firebase."),
    "account.password": _("%(who)s set the password of %(name)s."),
    "account.removed": _("%(who)s took the invitation of %(name)s back."),
    "account.renamed": _("%(who)s changed the name %(was)s to %(name)s."),
    "account.restored": _("%(who)s let %(name)s in again."),
    "account.signed_out": _("%(who)s signed %(name)s out everywhere."),
    "account.sketches_given": _("%(who)s moved %(count)s sketches of %(name)s to %(unit)s."),
    "account.standing": _("%(who)s changed what %(name)s may do."),
    "account.suspended": _("%(who)s suspended %(name)s."),
    "chain.anchored": _("%(who)s anchored %(heads)s chains."),
    "chain.exported": _("%(who)s exported this chain."),
    "chain.verified": _("%(who)s verified this chain."),
    "job.cancelled": _("%(who)s cancelled a job."),
    "job.priority": _("%(who)s changed the priority of a job."),
    "job.retried": _("%(who)s had a job tried again."),
    "quota.changed": _("%(who)s changed limits to what may be used."),
    "retention.changed": _("%(who)s changed for how long cases are kept."),
    "retention.tips_changed": _("%(who)s changed how long tips of no case are kept."),
    "setting.changed": _("%(who)s changed the settings: %(section)s."),
    "token.created": _("%(who)s made an access token."),
    "token.revoked": _("%(who)s revoked an access token."),
    "unit.added": _("%(who)s added the unit %(name)s."),
    "unit.removed": _("%(who)s removed the unit %(name)s."),
    "unit.renamed": _("%(who)s renamed the unit %(was)s to %(name)s."),
}

EXACTLY: Mapping[tuple[str, str, str], LazyString] = {
    ("evidence.viewed", "sketch", "picture"): _("%(who)s looked at the sketch."),
    ("evidence.viewed", "likeness", "picture"): _("%(who)s looked at the likeness."),
    ("evidence.viewed", "notice", "picture"): _("%(who)s looked at a picture of a notice."),
    ("evidence.viewed", "photo", "picture"): _("%(who)s looked at the real photo."),
    ("evidence.viewed", "photo", "aligned"): _("%(who)s looked at the real photo beside the likeness."),
    ("evidence.downloaded", "photo", "original"): _("%(who)s downloaded the photo's file as it was handed in."),
    ("evidence.viewed", "likeness", "provenance"): _("%(who)s looked at the likeness's provenance."),
    ("evidence.viewed", "tip", "letters"): _("%(who)s read a tip."),
    ("evidence.viewed", "tip", "picture"): _("%(who)s looked at a picture that came with a tip."),
    ("evidence.downloaded", "tip", "file"): _("%(who)s downloaded a file that came with a tip."),
    ("evidence.downloaded", "export", "file"): _("%(who)s downloaded the exported case."),
    ("evidence.downloaded", "bulletin", "file"): _("%(who)s downloaded a bulletin."),
    ("evidence.downloaded", "sketch", "original"): _("%(who)s downloaded the sketch's file as it was handed in."),
    ("evidence.downloaded", "likeness", "picture"): _("%(who)s downloaded the likeness."),
    ("evidence.downloaded", "likeness", "provenance"): _("%(who)s downloaded the likeness's provenance."),
}
"""By action, kind of object and part: more than the action alone can say."""

SETTINGS: Mapping[str, LazyString] = {**{one.name: one.title for one in SECTIONS}, LOGO: _("Logo")}
"""By what entries call the sections of the settings."""

FAULTS: Mapping[str, LazyString] = {
    "altered": _("Entry %(number)s is not what it was when it was written: it does not have its own hash."),
    "missing": _("Entry %(number)s is missing."),
    "double": _("There is more than one entry %(number)s."),
    "unbound": _("Entry %(number)s does not follow from the one before it."),
    "cut": _("Entry %(number)s and those after it are missing: the chain was longer."),
    "beyond": _("Entry %(number)s was added behind the end of the chain."),
    "head": _("The chain's head is another one than that of its last entry, %(number)s."),
    "renamed": _("The chain is about something else than it was made for."),
    "stray": _("There are entries of a chain that is gone: %(note)s."),
    "filed": _("Entry %(number)s names an end of the sketch's own chain that it does not have."),
    "unanchored": _(
        "Entry %(number)s is another one than on %(note)s, when it was anchored: the chain was rewritten since."
    ),
    "anchored_gone": _("Entry %(number)s, which was anchored on %(note)s, is missing: the chain was cut."),
    "anchor_gone": _("The anchor of %(note)s is missing from where the objects are."),
    "anchor_damaged": _("An anchor is damaged: %(note)s."),
}


class _Values(dict[str, str]):
    """The entry's details in words. One of earlier code may lack what its sentence names; it is still told."""

    def __init__(self, entry: CustodyEntry) -> None:
        said = {name: str(value) for name, value in entry.details.items()}
        for name in ("was", "now"):
            if entry.action == "case.status" and said.get(name) in set(CaseStatus):
                said[name] = str(STATUS[CaseStatus(said[name])])
            if entry.action == "tip.state" and said.get(name) in set(TipState):
                said[name] = str(TIP_STATE[TipState(said[name])])
        if entry.action == "setting.changed":
            said["section"] = str(SETTINGS.get(said.get("section", ""), "…"))
        said["fields"] = listed([str(FIELDS.get(name, name)) for name in entry.details.get("fields", ())])
        super().__init__(said, who=who(entry))

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(entry: CustodyEntry) -> str:
    """What was done, in plain words."""
    # Behind a space a part may say which of several.
    part = str(entry.details.get("part", "")).partition(" ")[0]
    words = EXACTLY.get((entry.action, entry.object_kind, part)) or ACTIONS.get(entry.action)
    if words is None:  # of newer code
        return f"{who(entry)}: {entry.action}"
    return str(words) % _Values(entry)


def who(entry: CustodyEntry) -> str:
    known = PROGRAM.get(entry.actor) if entry.actor_id is None else None
    name = str(known) if known is not None else entry.actor
    token = entry.details.get("token_name")
    return str(_("%(who)s (access token “%(token)s”)")) % {"who": name, "token": token} if token else name


def fault_words(fault: Fault) -> str:
    return str(FAULTS[fault.what]) % {"number": fault.number, "note": fault.note}
