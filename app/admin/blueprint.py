"""The administrators' blueprint, which its views are attached to by the modules that hold them."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
