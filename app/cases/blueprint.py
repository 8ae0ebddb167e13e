"""The cases' blueprint, which its views are attached to by the modules that hold them."""

from flask import Blueprint

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
