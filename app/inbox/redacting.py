"""A copy of a tip that may leave the agency: without contact, without what somebody strikes out, pictures made anew."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from app.errors import Refused
from app.inbox.reading import Letter
from app.languages.formats import date_time
from models import Tip, TipAuthor

STRUCK = "█████"
MAX_STRIKES = 200


def strikes(text: str) -> list[str]:
    """What is to be struck out, a line each. Raises Refused for too many."""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if len(found) > MAX_STRIKES:
        raise Refused(_("At most %(most)s lines can be struck out.", most=MAX_STRIKES))
    return found


def strike(text: str, out: Sequence[str]) -> str:
    """Every one of them replaced by a bar that tells no length: however it is written in capitals, spaced or broken
    over lines, and where two of them overlap both."""
    text = unicodedata.normalize("NFC", text)
    found: list[tuple[int, int]] = []
    for one in out:
        words = r"\s+".join(re.escape(word) for word in unicodedata.normalize("NFC", one).split())
        # A look ahead finds those that overlap as well.
        found += [match.span(1) for match in re.finditer(f"(?=({words}))", text, re.IGNORECASE)]
    kept, at = [], 0
    for start, end in _joined(found):
        kept += [text[at:start], STRUCK]
        at = end
    return "".join(kept) + text[at:]


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In their order, those that overlap or touch as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def name(tip: Tip) -> str:
    """What the copy is called. Not by its receipt's number: others must not knock at it."""
    return f"tip-{tip.id.hex[:8]}-redacted"


def as_text(tip: Tip, read: Sequence[Letter], out: Sequence[str], *, replies: bool) -> str:
    """The letters, one under the other; without the senders' contact. What cannot be opened is said."""
    lines = [_("Tip %(name)s, redacted", name=tip.id.hex[:8]), ""]
    for one in read:
        if one.message.author == TipAuthor.AGENCY and not replies:
            continue
        who = _("The agency") if one.message.author == TipAuthor.AGENCY else _("The sender")
        lines += [f"{who}, {date_time(one.message.written_at)}", ""]
        if one.body is None:
            lines += [one.problem, ""]
            continue
        for said in (one.body.happened, one.body.place, one.body.text):
            lines += [strike(said, out), ""] if said else []
    return "\n".join(lines)


def packed(text: str, pictures: Sequence[bytes]) -> bytes:
    """The text and the pictures, PNG, in a ZIP."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("tip.txt"), text)
        for number, data in enumerate(pictures, 1):
            archive.writestr(zipfile.ZipInfo(f"picture-{number}.png"), data)
    return file.getvalue()
