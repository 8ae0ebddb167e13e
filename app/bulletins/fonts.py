"""The fonts of posters. Of each list the first that this machine has is used, so it always gives the same bytes."""

import functools

import typst

THAI = ("Noto Sans Thai", "Loma", "Sarabun", "Waree", "Umpush", "Norasi", "Garuda", "Laksaman")
"""With Thai letters and their marks, those first whose bold is bold and whose small print is not thin."""
LATIN = ("Noto Sans", "Liberation Sans", "Loma", "DejaVu Sans")
LAST = "Libertinus Serif"
"""Comes with Typst."""


@functools.cache
def installed() -> frozenset[str]:
    """Families of this machine. Looked for once: reading every font takes a while."""
    return frozenset(typst.Fonts().families())


def thai_font() -> str:
    """Empty when there is none."""
    return _first(THAI)


def fonts() -> list[str]:
    """The families to set a poster in, the first one first."""
    return [one for one in (_first(LATIN), thai_font(), LAST) if one]


def is_thai(text: str) -> bool:
    """Whether there is a Thai letter in it."""
    return any("\u0e00" <= letter <= "\u0e7f" for letter in text)


def _first(wanted: tuple[str, ...]) -> str:
    return next((one for one in wanted if one in installed()), "")
