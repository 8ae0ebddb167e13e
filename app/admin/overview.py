"""The administrators' first page: how everything stands, and what needs somebody."""

from flask import current_app, render_template

from app import context, gate
from app.admin.blueprint import blueprint
from app.agency import state

CUSTODY = "custody.agency"
"""The page of the agency's chain."""


@blueprint.get("")
@gate.admin
def overview() -> str:
    settings, custody = context.settings(), CUSTODY if CUSTODY in current_app.view_functions else None
    return render_template(
        "admin/overview.html",
        state=state.state(context.db()),
        second_factor=settings.second_factor,
        rate_limits=settings.rate_limits,
        production=settings.production,
        custody=custody,
    )
