"""The administrators' first page: how everything stands, and what needs somebody."""

from flask import render_template

from app import context, gate
from app.admin.blueprint import blueprint
from app.agency import state


@blueprint.get("")
@gate.admin
def overview() -> str:
    settings = context.settings()
    return render_template(
        "admin/overview.html",
        state=state.state(context.db()),
        second_factor=settings.second_factor,
        rate_limits=settings.rate_limits,
        production=settings.production,
    )
