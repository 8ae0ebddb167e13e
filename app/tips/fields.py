"""The fields of a form for tips, read and bounded. What is taken is kept exactly as it was typed."""

import json
import re
from collections.abc import Mapping

from flask_babel import gettext as _

from app.errors import Refused
from app.languages.names import NAMES
from app.tips import desk, requests
from app.tips.sealing import Body
from app.tips.uploads import Gone, Upload, read_key

MOST_TEXT, MOST_LINE, MOST_CONTACT = 100_000, 500, 1000
MOST_FILES = 20
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,16}")


class FieldsRefused(Refused):
    """One of the fields cannot be; ``field`` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def body(form: Mapping[str, str], uploads: list[Upload]) -> Body:
    """Raises FieldsRefused."""
    read = Body(
        text=form.get("text", ""),
        happened=form.get("happened", ""),
        place=form.get("place", ""),
        contact=form.get("contact", ""),
    )
    if not read.text.strip() and not uploads:
        raise FieldsRefused("text", _("Write what you know, or add a file."))
    bounds = {"text": MOST_TEXT, "happened": MOST_LINE, "place": MOST_LINE, "contact": MOST_CONTACT}
    for name, most in bounds.items():
        if len(getattr(read, name)) > most:
            raise FieldsRefused(
                name,
                _("This is too long: it can have %(most)s characters. Nothing was sent yet.", most=format(most, ",")),
            )
    return read


def uploads(form: Mapping[str, str]) -> list[Upload]:
    """The files that came with the form, and those that a script sent before. Raises FieldsRefused."""
    found = [part.upload for part in requests.parts() if part.upload is not None]
    try:
        sent = json.loads(form.get("uploads") or "[]")
        found += [_sent(one) for one in sent[: MOST_FILES + 1]]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise FieldsRefused("files", str(Gone())) from None
    except Gone as error:
        raise FieldsRefused("files", str(error)) from None
    if len({one.path for one in found}) < len(found):
        raise FieldsRefused("files", str(Gone()))
    if len(found) > MOST_FILES:
        raise FieldsRefused(
            "files", _("At most %(most)s files at once; more can follow with your receipt.", most=MOST_FILES)
        )
    return found


def arrived(form: Mapping[str, str]) -> list[str]:
    """What the files are called that a script has sent before, for a form that is drawn again."""
    try:
        names = [str(one["name"])[:255] for one in json.loads(form.get("uploads") or "[]")]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []
    return [name.encode("utf-8", "replace").decode() for name in names[:MOST_FILES]]


def slug(text: str | None) -> str | None:
    """The public name of a notice; None for what cannot be one."""
    return text if text and _SLUG.fullmatch(text) else None


def language(text: str | None, default: str) -> str:
    return text if text in NAMES else default


def _sent(one: Mapping[str, str]) -> Upload:
    title, mime = str(one["name"])[:255], str(one["mime"])[:100]
    return desk.desk().uploads.finished(str(one["id"]), read_key(str(one["key"])), title, mime)
