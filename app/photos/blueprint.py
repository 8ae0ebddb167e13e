"""The photos' blueprint, which its views are attached to by the modules that hold them."""

from flask import Blueprint

blueprint = Blueprint("photos", __name__)
