"""Where the pages about notices hang their routes."""

from flask import Blueprint

blueprint = Blueprint("notices", __name__)
