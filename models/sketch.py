"""A witness sketch as it was handed in, and where its face is."""

import datetime as dt
import re
import unicodedata
import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from models.base import Base, EyePair, Identified, ObjectKey, utc_now

# Letters that marks stand on, after decomposing: those of the Latin script alone. A vowel or a tone of Thai, the
# breve of a Cyrillic letter, make another word.
_MARKED = re.compile("([a-zæøʒ])[\u0300-\u036f]+")


class Sketch(Identified, Base):
    """One version of a sketch; corrections share the lineage of the first one.

    Eye positions and sizes are in pixels of the clean image, the viewer's left eye first.
    """

    __tablename__ = "sketch"
    __table_args__ = (
        UniqueConstraint("lineage_id", "version"),
        Index(None, "owner_id", "created_at"),
        Index(None, "unit_id", "created_at"),
        Index(None, "case_id", "created_at"),
        Index(None, "created_at"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    # Whose work it is: everybody in the unit sees it. None: its owner alone does.
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    # The case it is filed in, with all its versions, and the drawing session it came of. None: a quick render.
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"))
    session_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("witness_session.id"))
    title: Mapped[str] = mapped_column(String(200))
    # The title as searches compare it: databases disagree about letters outside ASCII.
    title_folded: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sketch.id"))
    lineage_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sketch.id"))
    version: Mapped[int] = mapped_column(default=1)

    file_name: Mapped[str] = mapped_column(String(255))
    original_key: Mapped[str] = mapped_column(ObjectKey())
    original_sha256: Mapped[str] = mapped_column(String(64))
    original_mime: Mapped[str] = mapped_column(String(64))
    original_size: Mapped[int]

    clean_key: Mapped[str] = mapped_column(ObjectKey())
    width: Mapped[int]
    height: Mapped[int]
    thumbnail_key: Mapped[str] = mapped_column(ObjectKey())
    # Bytes of all three objects; NULL for what was handed in before they were counted.
    stored_size: Mapped[int | None] = mapped_column(BigInteger)

    # What the align job found; found_method stays NULL until it has run.
    found_eyes: Mapped[EyePair | None]
    found_method: Mapped[str | None] = mapped_column(String(16))
    found_note: Mapped[str] = mapped_column(String(500), default="")
    # What a person confirmed or dragged; it wins over what was found.
    eyes: Mapped[EyePair | None]

    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)

    @validates("title")
    def _fold_title(self, key: str, title: str) -> str:  # noqa: ARG002
        self.title_folded = unmarked(title)
        return title


def fold(text: str) -> str:
    """The text without the differences that a search should not see: case and ways of writing a letter."""
    return unicodedata.normalize("NFKC", text.casefold())


def unmarked(text: str) -> str:
    """The text folded, and its Latin letters without their marks: what a search compares, so that "Jose" and "José"
    find each other."""
    return unicodedata.normalize("NFC", _MARKED.sub(r"\1", unicodedata.normalize("NFD", fold(text))))


def spellings(word: str) -> tuple[str, ...]:
    """How a word of a query may stand in a column of texts to search: without marks, and with those that were typed,
    for rows that were written before marks were left out."""
    return tuple(dict.fromkeys((unmarked(word), fold(word))))
