"""The administrators' pages, gathered: accounts, invitations, lists of people, units."""

from app.admin import accounts, importing, invitations, units
from app.admin.blueprint import blueprint

__all__ = ["accounts", "blueprint", "importing", "invitations", "units"]
