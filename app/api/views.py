"""The API's endpoints, gathered."""

from app.api.v1 import document, engines, likenesses, me, renders, sketches
from app.api.v1.blueprint import blueprint

__all__ = ["blueprint", "document", "engines", "likenesses", "me", "renders", "sketches"]
