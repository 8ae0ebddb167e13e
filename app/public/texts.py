"""The pages that explain: who publishes this, what a likeness is, what is known about a reader, how to be told."""

from flask import Response

from app import context, gate
from app.public.answers import answer
from app.public.blueprint import IN_LANGUAGE, blueprint
from app.public.pages import TEXTS, render


@blueprint.get(f"{IN_LANGUAGE}/<any({', '.join(TEXTS)}):text>")
@gate.public
def text(language: str, text: str) -> Response:
    return answer(render(context.settings(), f"{text}.html", language, text))
