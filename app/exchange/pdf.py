"""A case as a PDF: tagged, numbered, and the same bytes for the same dossier. Typst sets it; case.typ says how."""

import dataclasses
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import typst
from flask_babel import gettext as _
from PIL import Image

from app.exchange.dossier import Dossier
from app.exchange.pieces import Piece
from app.exchange.readable import Readable, Shown
from app.exchange.speaking import speaking
from app.storage import ObjectStore
from imaging.decode import decode_image
from imaging.encode import encode_png

TEMPLATE = Path(__file__).with_name("case.typ")
PAPERS = {"a4": "a4", "letter": "us-letter"}
"""By the name that a form has for it, Typst's."""
MAX_SIDE = 1400
"""Pixels: what a page can show. The ZIP has the pictures as they are."""
THAI = ("Noto Serif Thai", "Noto Sans Thai", "Norasi", "Laksaman", "Sarabun", "Garuda", "Loma")
"""Fonts with Thai letters and marks, the first that this machine has is used."""


def write(dossier: Dossier, store: ObjectStore, file: BinaryIO, readable: Readable, paper: str) -> None:
    """The PDF in ``readable``'s language. Raises StorageUnavailable, MissingObject and DamagedObject."""
    with tempfile.TemporaryDirectory(prefix="semblance-pdf-") as name:
        folder = Path(name)
        (folder / "case.typ").write_bytes(TEMPLATE.read_bytes())
        pieces = {piece.folder: piece for piece in dossier.pieces()}
        for shown in _all(readable.sketches):
            _put_picture(folder, pieces[shown.folder], shown, store)
        (folder / "data.json").write_text(json.dumps(_data(readable, paper), default=str))
        made = typst.compile(
            folder / "case.typ",
            root=folder,
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=int(readable.changed.timestamp()),
        )
    file.write(made)


def _data(readable: Readable, paper: str) -> dict[str, Any]:
    fonts = typst.Fonts().families()
    thai = next((font for font in THAI if font in fonts), "")
    facts = {**dataclasses.asdict(readable), "paper": PAPERS[paper], "thai": thai}
    with speaking(readable.language):
        facts["words"] = _words(thai, json.dumps(facts, default=str, ensure_ascii=False))
    return facts


def _words(thai: str, text: str) -> dict[str, str]:
    lacking = not thai and any("\u0e00" <= letter <= "\u0e7f" for letter in text)
    return {
        "case": _("Case"),
        "facts": _("Facts"),
        "sessions": _("Witness sessions"),
        "notes": _("Notes"),
        "sketches": _("Sketches and likenesses"),
        "custody": _("Custody"),
        "hashes": _("Files and hashes"),
        "none": _("No sketch is filed in this case."),
        "state": _("State of the record: %(moment)s", moment="").strip(": "),
        "statement": _("Statement"),
        "number": _("No."),
        "time": _("Time"),
        "who": _("Who"),
        "what": _("What"),
        "hash": _("Hash"),
        "file": _("File"),
        "head": _("Hash of the last entry"),
        "chains": _("Each entry names the hash of the one before."),
        "digests": _("SHA-256 of every file of the case, as the ZIP of the same state has them."),
        "lead": _("A likeness is a lead for an inquiry, never evidence of who somebody is."),
        "fonts": _("This machine has no font with Thai letters; install fonts-noto-core or fonts-thai-tlwg.")
        if lacking
        else "",
    }


def _all(sketches: tuple[Shown, ...]) -> Iterator[Shown]:
    for shown in sketches:
        yield shown
        yield from _all(shown.pieces)


def _put_picture(folder: Path, piece: Piece, shown: Shown, store: ObjectStore) -> None:
    data = store.get(piece.objects[shown.picture])
    image = decode_image(data).image
    if max(image.size) > MAX_SIDE:
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    target = folder / piece.folder / shown.picture
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(encode_png(image))
