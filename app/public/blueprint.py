"""Where every module of the public pages hangs what it answers."""

from flask import Blueprint

from app.languages.names import NAMES

blueprint = Blueprint("public", __name__)

IN_LANGUAGE = f"/<any({', '.join(NAMES)}):language>"
"""What the address of a page begins with."""
