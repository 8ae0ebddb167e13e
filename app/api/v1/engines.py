"""Engines: what can be asked for, as long as a worker is there that renders."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from app import context, gate
from app.api.v1.blueprint import blueprint
from app.api.v1.operation import Out, operation
from app.studio import presenters, service
from models import Scope


class Engine(Out):
    name: str
    title: str
    description: str
    demonstration: Annotated[bool, msgspec.Meta(description="It learned from research data sets; not for casework.")]
    default_strength: float
    choices: Annotated[dict[str, Sequence[str]], msgspec.Meta(description="By region, the names that it can be told.")]


class Engines(Out):
    items: Sequence[Engine]


@blueprint.get("/engines")
@gate.investigator
@gate.scope(Scope.RENDERS_READ)
@operation("List the engines; none while no worker is there that renders", Engines)
def list_engines() -> Engines:
    offered = (service.capabilities(context.db()) or {}).get("engines", ())
    return Engines(items=[_shown(presenters.Engine.read(facts)) for facts in offered])


def _shown(engine: presenters.Engine) -> Engine:
    return Engine(
        name=engine.name,
        title=engine.title,
        description=engine.description,
        demonstration=engine.demonstration,
        default_strength=engine.default_strength,
        choices={region: [one.name for one in some] for region, some in engine.choices.items()},
    )
