"""What a likeness says of itself, in words and on the picture."""

from PIL import Image, ImageDraw, ImageFont

LABEL = "Computer-generated likeness from a witness sketch. Not a photograph."
SHORT_MARK = "LIKENESS - NOT A PHOTO"


def mark(image: Image.Image) -> Image.Image:
    """The picture with the short mark in a band along its lower edge."""
    width, height = image.size
    band = max(11, round(height * 0.041))
    marked = image.copy()
    strip = Image.new("RGB", (width, band), (24, 24, 24))
    lower = (0, height - band, width, height)
    marked.paste(Image.blend(image.crop(lower), strip, 0.72), lower)
    draw = ImageDraw.Draw(marked)
    font = ImageFont.load_default(size=band * 0.66)
    draw.text((width / 2, height - band / 2), SHORT_MARK, fill=(245, 245, 245), font=font, anchor="mm")
    return marked
