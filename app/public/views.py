"""Where the surface begins."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import gate
from app.languages import choice

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@gate.public
def start() -> ResponseReturnValue:
    return redirect(url_for("public.home", language=choice.of_address()))


@blueprint.get("/<any(en, th):language>/")
@gate.public
def home(language: str) -> str:  # noqa: ARG001
    return render_template("home.html")
