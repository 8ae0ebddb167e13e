"""Text that people typed, as it is kept: without what cannot be seen."""


def one_line(text: str) -> str:
    """On one line, with single spaces; a control character counts as a space."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def paragraphs(text: str) -> str:
    """Lines and tabs stay; other control characters do not, nor what is empty at both ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or sign.isprintable()).strip()
