"""Makes docs/images/likenesses.jpg: sketches drawn by the project above the likenesses that the shipped weights make.

.venv/bin/python -m scripts.pictures
"""

import io
from pathlib import Path

from PIL import Image

from imaging.sketcher import Style, draw_sketch
from inference.options import RenderOptions
from inference.pipeline import Pipeline

TARGET = Path(__file__).parent.parent / "docs" / "images" / "likenesses.jpg"
SKETCHES: tuple[tuple[int, Style], ...] = (
    (0, "pencil"),
    (5, "pencil"),
    (3, "pencil"),
    (8, "pen"),
    (13, "charcoal"),
    (6, "pen"),
)
SIDE, GAP = 256, 8


def main() -> None:
    pipeline = Pipeline.load()
    sheet = Image.new("RGB", (len(SKETCHES) * (SIDE + GAP) - GAP, 2 * SIDE + GAP), "white")
    for column, (seed, style) in enumerate(SKETCHES):
        drawn = draw_sketch(seed, style=style).image
        made = Image.open(io.BytesIO(pipeline.render(drawn, RenderOptions()).png))
        for row, picture in enumerate((drawn, made)):
            small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            sheet.paste(small, (column * (SIDE + GAP), row * (SIDE + GAP)))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(TARGET, quality=85, optimize=True)


if __name__ == "__main__":
    main()
