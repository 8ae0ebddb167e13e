"""The catalogues in translations/, read as their translators write them: nothing is compiled, nothing can be stale."""

import functools
import hashlib
import io
import json
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Domain, get_locale

from app.languages.names import SOURCE
from app.settings import ROOT

FOLDER = ROOT / "translations"
SCRIPTS = "static/js/"


class Catalogues(Domain):  # type: ignore[misc]
    """Flask-Babel's source of translations, from the .po files themselves."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return translations(str(locale)) if locale is not None else NullTranslations()


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@functools.cache
def catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


@functools.cache
def translations(language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


@functools.cache
def script(language: str) -> str:
    """JavaScript that gives static/js/words.js what the scripts say in this language."""
    said = {}
    for message in catalogue(language) if language != SOURCE else ():
        if any(place.startswith(SCRIPTS) for place, _ in message.locations) and not message.fuzzy:
            said[message.id if isinstance(message.id, str) else message.id[0]] = message.string
    return f"globalThis.semblanceWords = {json.dumps(said, ensure_ascii=False)};\n"


@functools.cache
def version(language: str) -> str:
    """Changes with what the script says, as the addresses of styles and scripts do."""
    return hashlib.sha256(script(language).encode()).hexdigest()[:16]
