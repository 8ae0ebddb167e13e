"""A case as a ZIP: which files it becomes."""

from collections.abc import Iterator
from typing import BinaryIO

from app.exchange import archive
from app.exchange.archive import Member, as_json
from app.exchange.chains import to_text
from app.exchange.dossier import Dossier
from app.exchange.pieces import Piece
from app.exchange.readable import Readable
from app.exchange.speaking import page
from app.storage import ObjectStore, split_key

NAMES = {"sketch": "sketch.json", "likeness": "facts.json", "photo": "photo.json", "publication": "notice.json"}
"""The file in which a piece's facts are, by kind."""


def write(dossier: Dossier, store: ObjectStore, file: BinaryIO, readable: Readable) -> None:
    """The archive in ``readable``'s language. Raises StorageUnavailable and MissingObject."""
    members = [*_contents(dossier), Member(archive.INDEX, page(readable, "exchange/index.html").encode())]
    origins = [split_key(key)[1] for key in dossier.origins]
    said = archive.manifest(dossier.case, archive.heads(dossier.chains), origins, len(members) + 1)
    archive.write(file, [*members, Member(archive.MANIFEST, said)], store)


def digests(dossier: Dossier) -> dict[str, str]:
    """The sha256 of every file that holds evidence, by name."""
    return {member.name: member.sha256 for member in _contents(dossier)}


def _contents(dossier: Dossier) -> Iterator[Member]:
    yield Member(archive.CASE, as_json(dossier.case))
    yield Member(archive.NOTES, as_json(dossier.notes))
    yield Member(archive.SESSIONS, as_json(dossier.sessions))
    yield Member(archive.CUSTODY, to_text(dossier.chains))
    for number, key in enumerate(dossier.origins, 1):
        yield Member(f"{archive.ORIGINS}/{number:02}.jsonl", key=key)
    for piece in dossier.pieces():
        yield from _of_piece(piece)


def _of_piece(piece: Piece) -> Iterator[Member]:
    yield Member(f"{piece.folder}/{NAMES[piece.kind]}", as_json(piece.facts))
    for name, document in piece.documents.items():
        yield Member(f"{piece.folder}/{name}", as_json(document))
    for name, key in piece.objects.items():
        yield Member(f"{piece.folder}/{name}", key=key)
