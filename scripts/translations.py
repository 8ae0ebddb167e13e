"""Brings translations/ up to date with the code, or says what is missing. ``make translations`` runs it.

A sentence that changed is a new one: its translation is asked for anew, never guessed from the old one.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from app.languages.catalogue import FOLDER, path_of
from app.languages.names import NAMES, SOURCE
from app.settings import ROOT

ERRORS = ("Worded", "ImageRefused", "BadControl", "UnknownEngine")
"""Those of imaging and inference that reach a page: their first argument is a sentence for a person. So is that of
``operation``, which describes an endpoint of the JSON API: in English in its document, in any language on /api."""
KEYWORDS: dict[str, Any] = DEFAULT_KEYWORDS | dict.fromkeys(("lazy_gettext", "operation", *ERRORS))


def extracted() -> Catalog:
    """Every sentence that is marked in code, templates and scripts, with the files that it is in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    catalog = Catalog(project="Semblance", charset="utf-8", fuzzy=False)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True)
    for name, _line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        # Without lines, which would change with every edit.
        catalog.add(message, None, [(Path(name).as_posix(), 0)], auto_comments=comments, context=context)
    return catalog


def read(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> Catalog:
    """Write the language's catalogue anew: with every sentence of the code and no other."""
    kept = read(language)
    kept.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    kept.obsolete.clear()
    with path_of(language).open("wb") as file:
        write_po(file, kept, width=120, ignore_obsolete=True, include_lineno=False)
    return kept


def untranslated(catalog: Catalog) -> Iterator[Message]:
    for message in catalog:
        texts = message.string if isinstance(message.string, list | tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(texts)):
            yield message


def main() -> int:
    lacking = 0
    for language in NAMES:
        if language == SOURCE:
            continue
        missing = list(untranslated(update(language)))
        lacking += len(missing)
        print(f"{path_of(language).relative_to(FOLDER.parent)}: {len(missing)} sentences to translate.")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
