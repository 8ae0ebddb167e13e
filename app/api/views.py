"""The API's endpoints, gathered."""

from app.api.v1 import cases, custody, document, engines, likenesses, me, notices, renders, sketches, tips
from app.api.v1.blueprint import blueprint

__all__ = [
    "blueprint",
    "cases",
    "custody",
    "document",
    "engines",
    "likenesses",
    "me",
    "notices",
    "renders",
    "sketches",
    "tips",
]
