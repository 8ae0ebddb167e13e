"""Pages that are written into files: the product's templates and languages, without anybody asking for a page."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, render_template
from flask_babel import Babel

from app.exchange.readable import Readable
from app.languages.catalogue import Catalogues
from app.languages.formats import FILTERS
from app.settings import ROOT


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, what is said with gettext is said in this language."""
    with _speaker(language).app_context():
        yield


def page(readable: Readable, template: str) -> str:
    with speaking(readable.language):
        return render_template(template, case=readable)


@functools.cache
def _speaker(language: str) -> Flask:
    """Serves nobody: it is what Flask's templates and Flask-Babel want around them."""
    app = Flask("semblance_exchange", template_folder=str(ROOT / "templates"), static_folder=None)
    Babel(app, locale_selector=lambda: language).domain_instance = Catalogues()
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    return app
