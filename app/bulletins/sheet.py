"""What stands on one poster: a notice in one language, as poster.typ takes it."""

import datetime as dt
import re
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.agency.declared import AgencySettings
from app.bulletins.code import address_of
from app.bulletins.reading import KINDS, Matter, Notified
from app.bulletins.words import CATEGORY, sheet_words
from app.exchange.words import label
from app.languages.formats import long_date
from app.notices.document import Document
from models import PublicationFile

LONG = re.compile(r"[!-~]{25,}")
"""A run of signs that a line cannot be broken in."""
PIECE = 12


@dataclass(frozen=True)
class Shown:
    """A picture: the name of its file, its width by its height, and what it shows."""

    file: str
    ratio: float
    alt: str
    key: str


@dataclass(frozen=True)
class Sheet:
    """A poster. ``code`` is the address as it is in the code, ``shown_address`` as people read it."""

    language: str
    number: str
    version: int
    category: str
    headline: str
    known: str
    appearance: str
    facts: tuple[tuple[str, str], ...]
    caution: str
    reward: str
    contact: str
    address: str
    shown_address: str
    qr: str
    label: str
    until: str
    made: str
    agency: str
    pictures: tuple[Shown, ...]
    words: dict[str, str] = field(default_factory=dict)


def sheet(matter: Matter, notice: Notified, language: str, *, lacks_font: bool) -> Sheet:
    """In the language that is spoken, which ``language`` names. Raises NotFound when it is not published in it."""
    said, address = notice.content.words[language], address_of(matter.bulletin.address, language, notice.slug)
    files = notice.pictures(language)
    return Sheet(
        language=language,
        number=notice.slug,
        version=notice.version,
        category=str(CATEGORY[notice.content.category]),
        headline=breakable(said.headline),
        known=breakable(said.known),
        appearance=breakable(said.appearance),
        facts=_facts(notice.content, breakable(said.area)),
        caution=breakable(said.caution),
        reward=breakable(said.reward),
        contact=breakable(said.contact),
        address=address,
        shown_address=address.partition("://")[2].replace("/", "/\u200b"),
        qr=f"{notice.slug}-{language}.svg",
        label=label(),
        until=_("Current until %(day)s", day=long_date(notice.until)),
        made=_("Made on %(day)s", day=long_date(matter.day)),
        agency=_agency(matter.agency),
        pictures=tuple(_shown(one, notice.content, len(files), language) for one in files),
        words=sheet_words(lacks_font) | {"qr": _("QR code with the address %(address)s", address=address)},
    )


def breakable(text: str) -> str:
    """With places to break a line where somebody wrote none for very long."""
    clean = "".join(sign for sign in text if sign in "\n\t" or sign.isprintable()).strip()
    return LONG.sub(lambda run: "\u200b".join(re.findall(f".{{1,{PIECE}}}", run[0])), clean)


def _facts(content: Document, area: str) -> tuple[tuple[str, str], ...]:
    facts = [(_("Area"), area), (_("Date"), _days(content.happened_from, content.happened_to))]
    return tuple((title, said) for title, said in facts if said)


def _days(first: dt.date | None, last: dt.date | None) -> str:
    if first and last and first != last:
        return str(_("%(first)s to %(last)s", first=long_date(first), last=long_date(last)))
    day = first or last
    return long_date(day) if day else ""


def _agency(agency: AgencySettings) -> str:
    """How it is reached, in one line."""
    parts = (agency.name, agency.address.replace("\n", ", "), agency.phone, agency.email)
    return " · ".join(part for part in parts if part)


def _shown(file: PublicationFile, content: Document, count: int, language: str) -> Shown:
    """A picture without words of its own is told by its label: a document for everybody has no picture without any."""
    described = content.alts[file.position - 1] if file.position <= len(content.alts) else {}
    alt = described.get(language, "").strip()
    if count > 1:
        alt = _("Likeness %(number)s of %(count)s.", number=file.position, count=count) + f" {alt}"
    name = f"{file.sha256}.{KINDS[file.mime]}"
    return Shown(name, file.width / file.height, f"{label()} {alt}".strip(), file.key)
