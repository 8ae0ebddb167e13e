"""A dossier in words, for the index of the ZIP and for the PDF: made inside `speaking`, in the language of that."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.exchange import words
from app.exchange.chains import ChainText, Line
from app.exchange.dossier import Dossier
from app.exchange.pieces import Piece
from app.languages.formats import date, date_time, number, percent

Rows = tuple[tuple[str, str], ...]
"""What a reader is told of something: names and values."""


@dataclass(frozen=True)
class Shown:
    """A sketch, likeness or photo; ``label`` stands at every likeness. Paths are those in the ZIP."""

    kind: str
    title: str
    label: str
    alt: str
    folder: str
    picture: str
    thumbnail: str
    files: tuple[str, ...]
    rows: Rows
    pieces: tuple["Shown", ...]


@dataclass(frozen=True)
class Written:
    """A note or a witness session: who, when, and what."""

    title: str
    rows: Rows
    text: str


@dataclass(frozen=True)
class Published:
    """A version of a notice. ``texts`` is what it said, by the name of the language; ``pictures`` are paths, each with
    what it shows."""

    title: str
    rows: Rows
    texts: tuple[tuple[str, Rows], ...]
    pictures: Rows


@dataclass(frozen=True)
class Entry:
    number: str
    at: str
    actor: str
    action: str
    hash: str


@dataclass(frozen=True)
class Chain:
    title: str
    head: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Readable:
    language: str
    number: str
    title: str
    stand: str
    """Until when the record goes."""
    changed: dt.datetime
    label: str
    rows: Rows
    description: str
    sessions: tuple[Written, ...]
    notes: tuple[Written, ...]
    sketches: tuple[Shown, ...]
    published: tuple[Published, ...]
    chains: tuple[Chain, ...]
    hashes: Rows
    origins: tuple[str, ...]


def describe(dossier: Dossier, hashes: Mapping[str, str], language: str) -> Readable:
    changed = _last_change(dossier)
    return Readable(
        language=language,
        number=dossier.case["number"],
        title=dossier.case["title"],
        stand=date_time(changed),
        changed=changed,
        label=words.label(),
        rows=_case_rows(dossier.case),
        description=dossier.case["description"],
        sessions=tuple(_session(one) for one in dossier.sessions),
        notes=tuple(_note(one) for one in dossier.notes),
        sketches=tuple(_shown(piece) for piece in dossier.sketches),
        published=tuple(_published(piece) for piece in dossier.published),
        chains=tuple(_chain(one) for one in dossier.chains),
        hashes=tuple((digest, name) for name, digest in sorted(hashes.items())),
        origins=tuple(key.rpartition("/")[2] for key in dossier.origins),
    )


def _last_change(dossier: Dossier) -> dt.datetime:
    """The time of the last entry of custody; of the case's own record where there is none."""
    times = [line["at"] for chain in dossier.chains for line in chain.lines]
    return dt.datetime.fromisoformat(max([*times, dossier.case["changed_at"]]))


def _rows(*pairs: tuple[str, str | None]) -> Rows:
    return tuple((name, value) for name, value in pairs if value)


def _when(text: str | None) -> str:
    return date_time(dt.datetime.fromisoformat(text)) if text else ""


def _day(text: str | None) -> str:
    return date(dt.date.fromisoformat(text)) if text else ""


def _case_rows(case: dict[str, Any]) -> Rows:
    since = _when(case["status_since"])
    return _rows(
        (
            _("Status"),
            _("%(status)s since %(day)s", status=words.status(case["status"]), day=since),
        ),
        (_("Unit"), case["unit"]),
        (_("Date of the incident"), _day(case["incident_on"])),
        (_("Place"), case["incident_place"]),
        (_("Tags"), ", ".join(case["tags"])),
        (_("Opened"), _("%(day)s by %(name)s", day=_when(case["created_at"]), name=case["created_by"])),
        (_("Legal hold"), case["hold_reason"]),
    )


def _session(session: dict[str, Any]) -> Written:
    told = [(words.fact(name), _plain(value)) for name, value in sorted(session["facts"].items())]
    return Written(
        _("Witness session %(number)s", number=session["number"]),
        _rows(
            (_("Drawn by"), session["artist"]),
            (_("Drawn on"), _day(session["drawn_on"])),
            (_("Witness (pseudonym)"), session["witness"]),
            (_("Method"), session["method"]),
            *told,
        ),
        session["statement"],
    )


def _plain(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else "" if value is None else str(value)


def _note(note: dict[str, Any]) -> Written:
    return Written(note["author"], _rows((_("Written"), _when(note["created_at"]))), note["body"])


def _shown(piece: Piece) -> Shown:
    title, alt, rows, picture = {"sketch": _sketch, "likeness": _likeness, "photo": _photo}[piece.kind](piece.facts)
    label = words.label() if piece.kind == "likeness" else ""
    files = tuple(sorted({*piece.objects, *piece.documents} - {"thumbnail.webp"}))
    pieces = tuple(_shown(one) for one in piece.pieces)
    return Shown(piece.kind, title, label, alt, piece.folder, picture, "thumbnail.webp", files, rows, pieces)


def _sketch(facts: dict[str, Any]) -> tuple[str, str, Rows, str]:
    rows = _rows(
        (_("Handed in"), _("%(day)s by %(name)s", day=_when(facts["created_at"]), name=facts["owner"])),
        (_("File"), facts["file_name"]),
        (_("SHA-256 of the file"), facts["original_sha256"]),
    )
    title = _("%(title)s, version %(number)s", title=facts["title"], number=facts["version"])
    return title, _("The sketch “%(title)s”", title=facts["title"]), rows, "picture.png"


def _likeness(facts: dict[str, Any]) -> tuple[str, str, Rows, str]:
    colours = ", ".join(str(value) for _region, value in sorted((facts["appearance"] or {}).items()))
    rows = _rows(
        (_("Made"), _("%(day)s, asked for by %(name)s", day=_when(facts["created_at"]), name=facts["asked_by"])),
        (_("Engine"), facts["engine"]),
        (_("Seed"), str(facts["seed"])),
        (_("Restoration"), percent(facts["strength"])),
        (_("Colours that were set"), colours),
        (_("Kept"), _when(facts["kept_at"])),
        (_("SHA-256 of the picture"), facts["image_sha256"]),
    )
    title = _("Likeness %(number)s", number=facts["number"])
    return title, _("Computer-generated likeness %(number)s", number=facts["number"]), rows, "likeness.png"


def _photo(facts: dict[str, Any]) -> tuple[str, str, Rows, str]:
    rows = _rows(
        (_("Handed in"), _("%(day)s by %(name)s", day=_when(facts["created_at"]), name=facts["created_by"])),
        (_("File"), facts["file_name"]),
        (_("Likeness compared (SSIM)"), "" if facts["ssim"] is None else number(facts["ssim"], 3)),
        (_("Identity cosine"), "" if facts["cosine"] is None else number(facts["cosine"], 3)),
        (_("Note"), facts["note"]),
        (_("Replaced"), _when(facts["replaced_at"])),
        (_("SHA-256 of the file"), facts["original_sha256"]),
    )
    return _("Real photo of the person"), _("Real photo of the identified person"), rows, "picture.png"


def _published(piece: Piece) -> Published:
    facts, content = piece.facts, piece.facts["content"]
    ended = _when(facts["ended_at"])
    rows = _rows(
        (_("Kind"), words.category(content["category"])),
        (_("Published on"), _when(facts["published_at"])),
        (_("Public until"), _when(facts["expires_at"])),
        (_("Ended"), f"{ended}: {words.ended(facts['ended_why'])}" if ended else ""),
        (_("Drafted by"), facts["drafted_by"]),
        (_("Approved by"), facts["approved_by"]),
        (_("Happened from"), _day(content["happened_from"])),
        (_("Happened until"), _day(content["happened_to"])),
    )
    texts = tuple((words.language(code), _rows(*words.wording(said))) for code, said in content["words"].items())
    alts = [next((alt for alt in one["alt"].values() if alt), "") for one in content["pictures"]]
    pictures = [(name, int(name.split("-")[1]) - 1) for name in sorted(piece.objects)]
    shown = tuple((f"{piece.folder}/{name}", alts[at] if at < len(alts) else "") for name, at in pictures)
    title = _("Notice %(slug)s, version %(version)s", slug=facts["slug"], version=facts["version"])
    return Published(title, rows, texts, shown)


def _chain(chain: ChainText) -> Chain:
    count = ngettext("%(num)s entry", "%(num)s entries", len(chain.lines))
    of = _("The case") if chain.kind == "case" else _("A sketch before it was filed")
    return Chain(f"{of}: {count}", chain.head, tuple(_entry(line) for line in chain.lines))


def _entry(line: Line) -> Entry:
    return Entry(str(line["number"]), _when(line["at"]), words.actor(line), words.action(line), line["hash"])
