"""How a case's timeline shows the entries of its custody; app.custody.words says them."""

from app.custody.words import sentence, who
from models import CustodyEntry

__all__ = ["sentence", "shape", "who"]

SHAPES = {"case": "info", "note": "pencil", "session": "user", "sketch": "mark", "likeness": "mark", "photo": "eyes",
          "evidence": "search", "notice": "published"}  # fmt: skip


def shape(entry: CustodyEntry) -> str:
    return SHAPES.get(entry.action.partition(".")[0], "info")
