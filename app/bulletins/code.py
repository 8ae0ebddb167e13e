"""The code on a poster that a telephone reads its notice's address from."""

import io

import segno


def address_of(place: str, language: str, slug: str) -> str:
    """Where the public reads a notice; ``place`` is where it reads notices."""
    return f"{place}/{language}/notices/{slug}"


def code_svg(address: str) -> bytes:
    """A QR code of the address, as lines and not as pixels: it prints sharply at any size.

    Error correction M, which survives 15 % of dirt or a staple; the quiet margin of four modules belongs to it
    (ISO/IEC 18004).
    """
    out = io.BytesIO()
    segno.make(address, micro=False, error="m").save(out, kind="svg", border=4, xmldecl=False, svgns=True, light="#fff")
    return out.getvalue()
