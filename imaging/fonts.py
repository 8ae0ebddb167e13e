"""Fonts to write on pictures with: Pillow's own, the same on every machine, and for Thai one of the system's."""

import functools
import os
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont
THAI = ("NotoSansThai-Bold.ttf", "NotoSansThai-Regular.ttf", "Loma-Bold.ttf", "Loma-Bold.otf", "Waree-Bold.ttf",
        "Garuda-Bold.ttf", "Garuda-Bold.otf", "Sarabun-Bold.ttf", "Laksaman-Bold.ttf", "Laksaman-Bold.otf",
        "Loma.ttf", "Loma.otf")  # fmt: skip
"""Files of fonts with Thai letters and marks, as fonts-noto-core and fonts-thai-tlwg have them: the first one here."""
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")


@functools.cache
def thai_file() -> Path | None:
    """None where this machine has no font for Thai."""
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        # Path.expanduser would raise for a user of a container that has no home.
        for path in sorted(Path(os.path.expanduser(folder)).rglob("*.[ot]tf")):
            found.setdefault(path.name, path)
    return next((found[name] for name in THAI if name in found), None)


@functools.lru_cache(maxsize=64)
def font(language: str, size: float) -> Font:
    """The font for a language in this size of pixels. Raises LookupError where there is none for it."""
    if language == "th":
        if (path := thai_file()) is None:
            raise LookupError("This machine has no font for Thai; install fonts-noto-core or fonts-thai-tlwg.")
        return ImageFont.truetype(str(path), size)
    plain = ImageFont.load_default(size)
    if not isinstance(plain, Font):
        raise LookupError("Pillow was built without FreeType; install the wheel of requirements.txt.")
    return plain
