"""The administrators' pages, gathered."""

from app.admin import accounts, importing, invitations, overview, quotas, settings, units, usage
from app.admin.blueprint import blueprint

__all__ = [
    "accounts", "blueprint", "importing", "invitations", "overview", "quotas", "settings", "units", "usage",
]  # fmt: skip
