"""What programs may ask. They show a session's cookie, or with IDENTITY=firebase an ID token in ``Authorization``."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app import context, gate

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/me")
@gate.signed_in
def me() -> ResponseReturnValue:
    """The account that the caller acts for."""
    account = context.account()
    units = [{"id": str(unit.id), "name": unit.name} for unit in account.units]
    return jsonify(id=str(account.id), roles=sorted(account.roles), units=units)
