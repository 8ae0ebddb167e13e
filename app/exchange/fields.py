"""Reading facts that somebody else wrote: every field is what it should be, or the file that has it is refused."""

import datetime as dt
import enum
import uuid
from typing import Any, NoReturn, TypeVar

from app.exchange.opening import UNREADABLE, BadArchive
from models import EyePair

Word = TypeVar("Word", bound=enum.StrEnum)
MAX_TEXT = 1_000_000
FAR = 1e6
"""Pixels: no picture is so large. It also refuses what is no number."""


class Fields:
    """The facts in one member of an archive. Every method raises BadArchive naming it."""

    def __init__(self, file: str, facts: object) -> None:
        self.file = file
        self._facts = facts if isinstance(facts, dict) else self._refuse()

    def text(self, name: str, most: int = MAX_TEXT) -> str:
        value = self._facts.get(name)
        if not isinstance(value, str) or len(value) > most or "\x00" in value:
            self._refuse()
        return str(value)

    def maybe_text(self, name: str, most: int = MAX_TEXT) -> str | None:
        return None if self._facts.get(name) is None else self.text(name, most)

    def whole(self, name: str, least: int = 0, most: int = 2**31 - 1) -> int:
        value = self._facts.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self._refuse()
        return int(value or 0)

    def maybe_whole(self, name: str, least: int = 0, most: int = 2**31 - 1) -> int | None:
        return None if self._facts.get(name) is None else self.whole(name, least, most)

    def number(self, name: str, least: float, most: float) -> float:
        value = self._facts.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            self._refuse()
        return float(value or 0)

    def maybe_number(self, name: str, least: float, most: float) -> float | None:
        return None if self._facts.get(name) is None else self.number(name, least, most)

    def flag(self, name: str) -> bool:
        value = self._facts.get(name)
        if not isinstance(value, bool):
            self._refuse()
        return bool(value)

    def identity(self, name: str) -> uuid.UUID:
        try:
            return uuid.UUID(self.text(name, 36))
        except ValueError:
            self._refuse()

    def maybe_identity(self, name: str) -> uuid.UUID | None:
        return None if self._facts.get(name) is None else self.identity(name)

    def moment(self, name: str) -> dt.datetime:
        try:
            return dt.datetime.fromisoformat(self.text(name, 40)).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            self._refuse()

    def maybe_moment(self, name: str) -> dt.datetime | None:
        return None if self._facts.get(name) is None else self.moment(name)

    def maybe_day(self, name: str) -> dt.date | None:
        try:
            return None if self._facts.get(name) is None else dt.date.fromisoformat(self.text(name, 10))
        except ValueError:
            self._refuse()

    def word(self, name: str, kind: type[Word]) -> Word:
        try:
            return kind(self.text(name, 40))
        except ValueError:
            self._refuse()

    def words(self, name: str, most: int) -> list[str]:
        value = self._facts.get(name)
        if not isinstance(value, list) or not all(isinstance(one, str) and 0 < len(one) <= most for one in value):
            self._refuse()
        return list(value or [])

    def maybe_words(self, name: str, most: int) -> list[str] | None:
        return None if self._facts.get(name) is None else self.words(name, most)

    def mapping(self, name: str) -> dict[str, Any]:
        value = self._facts.get(name)
        if not isinstance(value, dict):
            self._refuse()
        return dict(value or {})

    def maybe_mapping(self, name: str) -> dict[str, Any] | None:
        return None if self._facts.get(name) is None else self.mapping(name)

    def inner(self, name: str) -> "Fields":
        """The fields of a mapping in it."""
        return Fields(self.file, self.mapping(name))

    def maybe_names(self, name: str, most: int = 100) -> dict[str, str] | None:
        """A mapping of words to words."""
        value = self.maybe_mapping(name)
        if value is not None and not all(isinstance(one, str) and len(one) <= most for one in value.values()):
            self._refuse()
        return value

    def maybe_eyes(self, name: str) -> EyePair | None:
        value = self._facts.get(name)
        if value is None:
            return None
        sound = isinstance(value, list) and len(value) == 2 and all(_is_point(point) for point in value)
        sound = sound and value[0] != value[1]  # what turns a face upright divides by their distance
        return [[float(part) for part in point] for point in value] if sound else self._refuse()

    def sha256(self, name: str, found: str) -> str:
        """A digest that must be the one of the file it speaks of."""
        if self.text(name, 64) != found:
            self._refuse()
        return found

    def _refuse(self) -> NoReturn:
        raise BadArchive(UNREADABLE, self.file)


def _is_point(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(part, int | float) and not isinstance(part, bool) and abs(part) < FAR for part in value)
    )
