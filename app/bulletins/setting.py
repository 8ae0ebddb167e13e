"""Setting posters: tagged PDF, or a PNG a sheet, the same bytes for the same matter. poster.typ says how they look."""

import contextlib
import dataclasses
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst
from flask_babel import ngettext
from PIL import Image

from app.bulletins import fonts
from app.bulletins.code import code_svg
from app.bulletins.reading import Matter
from app.bulletins.sheet import Sheet, sheet
from app.exchange.pdf import PAPERS
from app.exchange.speaking import speaking
from app.languages.names import NAMES
from imaging.encode import thumbnail_webp
from models import BulletinFormat

TEMPLATE = Path(__file__).with_name("poster.typ")
PREVIEW = 640
"""Pixels of the first sheet's longer side, for the pages."""
LOGO = "logo.png"
THE_SAME_TIME = (1980, 1, 1, 0, 0, 0)
"""Of every member of a ZIP: nothing in it says when it was made."""


@dataclass(frozen=True)
class Made:
    """A bulletin's file. ``preview`` is the first sheet as a small WebP."""

    data: bytes
    ending: str
    mime: str
    sheets: int
    preview: bytes
    lacks_font: bool


def make(matter: Matter, get: Callable[[str], bytes]) -> Made:
    """``get`` gives an object's bytes by its key. Raises NotFound, and what ``get`` raises."""
    sheets, lacks = _sheets(matter)
    with _folder(matter, sheets, get) as folder:
        first = _pictures(folder, 72)
        preview = thumbnail_webp(Image.open(io.BytesIO(first[0])), PREVIEW)
        if matter.bulletin.format == BulletinFormat.PDF:
            moment = int(matter.bulletin.asked_at.timestamp())
            data: bytes = typst.compile(folder / TEMPLATE.name, root=folder, pdf_standards=["ua-1"], timestamp=moment)
            return Made(data, "pdf", "application/pdf", len(first), preview, lacks)
        pages = _pictures(folder, matter.bulletin.dots)
    if len(pages) == 1:
        return Made(pages[0], "png", "image/png", 1, preview, lacks)
    return Made(_zip(pages), "zip", "application/zip", len(pages), preview, lacks)


def _sheets(matter: Matter) -> tuple[list[Sheet], bool]:
    """And whether there is Thai in them without a font for it."""
    lacks = not fonts.thai_font() and fonts.is_thai(_everything(matter))
    made = []
    for notice in matter.notices:
        for language in (one for one in matter.bulletin.languages if one in notice.languages):
            with speaking(language):
                made.append(sheet(matter, notice, language, lacks_font=lacks))
    return made, lacks


def _everything(matter: Matter) -> str:
    said = [str(sentence) for one in matter.notices for sentence in one.content.words.values()]
    names = [NAMES[language] for language in matter.bulletin.languages]
    return " ".join([*said, *names, matter.agency.name, matter.agency.address])


@contextlib.contextmanager
def _folder(matter: Matter, sheets: Sequence[Sheet], get: Callable[[str], bytes]) -> Iterator[Path]:
    """With all that the template reads."""
    with tempfile.TemporaryDirectory(prefix="semblance-bulletin-") as name:
        folder = Path(name)
        (folder / TEMPLATE.name).write_bytes(TEMPLATE.read_bytes())
        for one in sheets:
            (folder / one.qr).write_bytes(code_svg(one.address))
            for shown in one.pictures:
                (folder / shown.file).write_bytes(get(shown.key))
        if matter.logo_key:
            (folder / LOGO).write_bytes(get(matter.logo_key))
        (folder / "data.json").write_text(json.dumps(_data(matter, sheets)))
        yield folder


def _data(matter: Matter, sheets: Sequence[Sheet]) -> dict[str, Any]:
    agency = matter.agency
    return {
        "title": _title(matter, sheets),
        "agency": agency.name,
        "paper": PAPERS[matter.bulletin.paper],
        "main": agency.main_colour,
        "alarm": agency.alarm_colour,
        "logo": LOGO if matter.logo_key else "",
        "fonts": fonts.fonts(),
        "posters": [dataclasses.asdict(one) for one in sheets],
    }


def _title(matter: Matter, sheets: Sequence[Sheet]) -> str:
    if len(matter.notices) == 1:
        return sheets[0].headline
    with speaking(sheets[0].language):
        return str(ngettext("%(num)s notice", "%(num)s notices", len(matter.notices)))


def _pictures(folder: Path, dots: int) -> list[bytes]:
    """A PNG a sheet, with so many dots to an inch."""
    made: bytes | list[bytes] = typst.compile(folder / TEMPLATE.name, root=folder, format="png", ppi=float(dots))
    return [made] if isinstance(made, bytes) else made


def _zip(pages: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, page in enumerate(pages, 1):
            archive.writestr(zipfile.ZipInfo(f"sheet-{number:02}.png", THE_SAME_TIME), page)
    return out.getvalue()
