"""Names what a file really is, from its bytes: for a refusal that tells the person what they have."""

import struct

from imaging.words import N_

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"GIF87a", N_("a GIF image")),
    (b"GIF89a", N_("a GIF image")),
    (b"BM", N_("a BMP image")),
    (b"II*\x00", N_("a TIFF image")),
    (b"MM\x00*", N_("a TIFF image")),
    (b"II+\x00", N_("a TIFF image")),
    (b"MM\x00+", N_("a TIFF image")),
    (b"8BPS", N_("a Photoshop file")),
    (b"\x00\x00\x01\x00", N_("an icon file")),
    (b"\x00\x00\x00\x0cjP  ", N_("a JPEG 2000 image")),
    (b"\xff\x0a", N_("a JPEG XL image")),
    (b"\x00\x00\x00\x0cJXL ", N_("a JPEG XL image")),
    (b"%PDF-", N_("a PDF document")),
    (b"%!PS", N_("a PostScript document")),
    (b"PK\x03\x04", N_("a ZIP archive or an office document")),
    (b"Rar!", N_("an archive")),
    (b"7z\xbc\xaf", N_("an archive")),
    (b"\x1f\x8b", N_("a compressed archive")),
    (b"\xd0\xcf\x11\xe0", N_("an office document")),
    (b"MZ", N_("a program")),
    (b"\x7fELF", N_("a program")),
)
_BRANDS = {b"avif": N_("an AVIF image"), b"avis": N_("an AVIF image"), b"crx ": N_("a camera raw file")}
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_MARKUP = ((b"<svg", N_("an SVG drawing")), (b"<html", N_("a web page")), (b"<!doctype html", N_("a web page")))
_ACTIVE_CONTENT = (b"<script", b"<html", b"<svg ", b"<svg>", b"<?php", b"%PDF-", b"<!doctype")


def describe(data: bytes) -> str:
    """What the file is, with its article: ``a GIF image``; ``not an image`` when nothing is recognised."""
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    if data[4:8] == b"ftyp":
        if data[8:12] in _HEIF_BRANDS:
            return N_("a HEIC image, as iPhones make them")
        return _BRANDS.get(data[8:12], N_("a video"))
    beginning = data[:1024].lower()
    for tag, name in _MARKUP:
        if tag in beginning:
            return name
    return N_("not an image")


def carries_another_file(data: bytes, end: int) -> bool:
    """Whether a picture that ends at ``end`` is a second kind of file as well (a polyglot).

    Phones append harmless data to JPEGs (a depth map, a short film), so bytes after the end are no fault
    in themselves: only what another program would open or run is.
    """
    tail = data[end:].lower()
    opening = data[:1024].lower()
    if any(mark.lower() in tail or mark.lower() in opening for mark in _ACTIVE_CONTENT):
        return True
    return _ends_as_zip(data)


def _ends_as_zip(data: bytes) -> bool:
    """A ZIP is found from its end: a directory record whose comment reaches exactly to the last byte."""
    window = data[-(22 + 0xFFFF) :]
    at = window.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + 22 <= len(window):
            (comment,) = struct.unpack_from("<H", window, at + 20)
            if at + 22 + comment == len(window):
                return True
        at = window.rfind(b"PK\x05\x06", 0, at)
    return False
