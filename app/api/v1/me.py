"""Whom the caller acts for, and what its token is for."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from app import context, gate
from app.api.v1.blueprint import blueprint
from app.api.v1.operation import Out, operation


class Unit(Out):
    id: uuid.UUID
    name: str


class Token(Out):
    name: str
    scopes: Sequence[str]
    expires_at: dt.datetime


class Me(Out, omit_defaults=True):
    """An account. ``token`` is left out where none was shown."""

    id: uuid.UUID
    roles: Sequence[str]
    units: Sequence[Unit]
    token: Token | msgspec.UnsetType = msgspec.UNSET


@blueprint.get("/me")
@gate.signed_in
@gate.any_scope
@operation("The account that the caller acts for, and its token", Me)
def me() -> Me:
    account, token = context.account(), context.access_token()
    return Me(
        id=account.id,
        roles=sorted(account.roles),
        units=[Unit(id=unit.id, name=unit.name) for unit in account.units],
        token=Token(name=token.name, scopes=token.scopes, expires_at=token.expires_at) if token else msgspec.UNSET,
    )
