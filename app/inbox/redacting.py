"""A copy of a tip that may leave the agency: without contact, without what somebody strikes out, pictures made anew."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from app.errors import Refused
from app.inbox.reading import Letter
from app.languages.formats import date_time
from app.tips.receipts import grouped
from models import Tip, TipAuthor

STRUCK = "█████"
MAX_STRIKES = 200


def strikes(text: str) -> list[str]:
    """What is to be struck out, a line each. Raises Refused for too many."""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if len(found) > MAX_STRIKES:
        raise Refused(_("At most %(most)s lines can be struck out.", most=MAX_STRIKES))
    return sorted(found, key=len, reverse=True)


def strike(text: str, out: Sequence[str]) -> str:
    """Every one of them, however it is written in capitals, replaced by a bar that tells no length."""
    for one in out:
        text = re.sub(re.escape(one), STRUCK, text, flags=re.IGNORECASE)
    return text


def as_text(tip: Tip, read: Sequence[Letter], out: Sequence[str], *, replies: bool) -> str:
    """The letters, one under the other; without the senders' contact. What cannot be opened is said."""
    lines = [_("Tip %(receipt)s, redacted", receipt=grouped(tip.receipt)), ""]
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


def packed(text: str, pictures: Iterable[tuple[str, bytes]]) -> bytes:
    """The text and the pictures in a ZIP."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("tip.txt"), text)
        for name, data in pictures:
            archive.writestr(zipfile.ZipInfo(name), data)
    return file.getvalue()
