"""Every sentence that a person can see is marked, translated, and shown."""

import ast
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

from app.errors import AppError
from app.languages.catalogue import script
from app.languages.names import NAMES, SOURCE
from app.settings import ROOT
from scripts.translations import ERRORS, extracted, read, untranslated
from tests.app.test_matrix import MATRIX, PEOPLE, World, world
from tests.pages.unmarked import in_code, in_script, in_template, spoken

__all__ = ["world"]

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
THAI = {"Accept-Language": "th"}
FOREIGN = [language for language in NAMES if language != SOURCE]
COMMANDS = (
    *("app/accounts.py", "app/backup/", "app/blocked.py", "app/slot.py", "app/storage/", "app/supervisor/"),
    *("app/sweep.py", "app/exchange/seed/", "inference/commands/"),
)
"""What speaks to operators alone, in English."""


def code() -> list[Path]:
    found = (path for room in ("app", "imaging", "inference") for path in sorted((ROOT / room).rglob("*.py")))
    spoken_to_people = (path for path in found if not str(path.relative_to(ROOT)).startswith(COMMANDS))
    return [path for path in spoken_to_people if path.name != "__main__.py"]


def descendants(kind: type[AppError]) -> Iterator[type[AppError]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_says_nothing_unmarked(path: Path) -> None:
    assert in_template(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_unmarked(path: Path) -> None:
    assert in_script(path.read_text(encoding="utf-8")) == []


def test_no_error_is_raised_with_a_sentence_that_no_catalogue_knows(app: Flask) -> None:
    ours = {"AppError"} | {kind.__name__ for kind in descendants(AppError) if "__init__" not in vars(kind)}
    every = ours | set(ERRORS)
    wrong = [line for path in code() for line in in_code(path, ours if ROOT / "app" in path.parents else set(), every)]
    assert wrong == []


@pytest.mark.parametrize(
    "source, found",
    [
        ("<p>Add a sketch</p>", ["Add a sketch"]),
        ('<p>{{ _("Add a sketch") }}</p>', []),
        ("<p>{% trans %}Add a <b>sketch</b>{% endtrans %} now</p>", ["… … now"]),
        ('<a aria-label="Add" title="{{ _(\'Add\') }}">+</a>', ["Add"]),
        ('{{ notice("bad", "That did not work") }}', ["That did not work"]),
        ('{{ notice("bad", _("That did not work")) }}', []),
        ('<p>{{ "Version " ~ number }}</p>', ["Version "]),
        ("<p>{{ number }} sketches</p>", ["… sketches"]),
        ('<code>make run</code><p class="soft">Semblance</p>', []),
        ("{% block main_class %}page page-narrow{% endblock %}", []),
    ],
)
def test_unmarked_text_is_noticed(source: str, found: list[str]) -> None:
    assert in_template(source) == found


@pytest.mark.parametrize(
    "source, found",
    [
        ('announce("Sending it.");', ["Sending it."]),
        ('announce(gettext("Sending it."));', []),
        ("announce(`Likeness ${number} is done.`);", ["Likeness ${number} is done."]),
        ('x = ngettext("%(num)s file", "%(num)s files", n);', []),
        ('form.querySelector("[data-a] span"); throw new Error("The page answered.");', []),
    ],
)
def test_unmarked_words_of_a_script_are_noticed(source: str, found: list[str]) -> None:
    assert in_script(source) == found


def test_an_unmarked_error_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "room.py"
    path.write_text(
        'raise Refused("No.")\nraise Refused(_("No."))\nraise Refused(f"No {x}.")\n'
        'raise ImageRefused("No %(x)s.", x=1)\nraise ImageRefused(f"No {x}.")\nsay = _(f"No {x}.")\n'
    )
    told = {"Refused"}
    assert [line.split()[0] for line in in_code(path, told, told | {"ImageRefused"})] == [
        "room.py:1", "room.py:3", "room.py:5", "room.py:6"
    ]  # fmt: skip


@pytest.mark.parametrize("language", FOREIGN)
def test_the_catalogue_is_complete(language: str) -> None:
    """``make translations`` brings it up to date and says what is missing."""
    kept = read(language)
    wanted = {(message.context, message.id) for message in extracted() if message.id}
    assert {(message.context, message.id) for message in kept if message.id} == wanted
    assert [message.id for message in untranslated(kept)] == []
    assert [(message.id, error) for message in kept for error in message.check(kept)] == []


@pytest.mark.parametrize("language", FOREIGN)
def test_a_translation_keeps_the_values_and_the_markup(language: str) -> None:
    for message in read(language):
        for english, other in zip(_forms(message.id), _forms(message.string) * 2, strict=False):
            if english:
                assert _parts(other) >= _parts(english) - {"%(num)s"}, message.id
                assert re.findall(r"<[^>]+>", other) == re.findall(r"<[^>]+>", english), message.id


def _forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def _parts(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|%%", text))


@pytest.mark.parametrize("language", FOREIGN)
def test_the_scripts_words_are_all_there(language: str) -> None:
    said = ast.literal_eval(script(language).partition(" = ")[2].rstrip(";\n"))
    wanted = {
        _forms(message.id)[0]
        for message in extracted()
        if any(name.startswith("static/js/") for name, _ in message.locations)
    }
    assert set(said) == wanted


class _Texts(HTMLParser):
    """What a page shows and reads out, but for code."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("code", "samp", "script", "style")
        self.found += [
            value for name, value in attrs if value and name in ("aria-label", "title", "alt", "placeholder")
        ]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("code", "samp", "script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


ENGLISH = re.compile(r"[A-Za-z]+,? [a-z]+,? [a-z]+")
"""Three words in a row: no name of a person, unit, file or part of the software here has them."""
TYPED = ("for a test", "She is sure of the scar.", "Who knows this man?", "A kiosk was robbed.",
         "He was at the harbour.", "Robbery at the night market")  # fmt: skip
"""What people of the matrix wrote themselves."""


def english_in(page: str) -> list[str]:
    reader = _Texts()
    reader.feed(page)
    texts = (" ".join(text.split()) for text in reader.found if spoken(text) and ENGLISH.search(text))
    return [text for text in texts if not any(one in text for one in TYPED)]


def test_every_page_speaks_thai(world: World) -> None:
    """As everybody of the matrix, refusals too."""
    shown: set[str] = set()
    left: dict[str, list[str]] = {}
    for person in PEOPLE:
        for line in MATRIX:
            answer = world.browsers[person].get(world.path(line.rule), **THAI)
            if answer.mimetype == "text/html" and answer.status_code not in (302, 303):
                assert '<html lang="th"' in answer.text, line.name
                left |= {line.rule: found} if (found := english_in(answer.text)) else {}
                shown |= {line.rule} if answer.status_code == 200 else set()
    assert left == {}
    assert len(shown) >= 35


def test_what_is_refused_is_refused_in_thai(world: World) -> None:
    file = io.BytesIO(b"GIF89a" + bytes(80))
    refused = (
        world.browsers["owner"].post("/sketches/new", {"files": (file, "sketch.png")}, **THAI).get_data(as_text=True)
    )
    assert "ไฟล์นี้คือภาพ GIF" in refused, "also what imaging says, and the kind of file that it names"
    for person, path, fields in (
        ("owner", "/sketches/new", {}),
        ("owner", "/account", {"action": "name", "name": ""}),
        ("owner", "/account", {"action": "password", "current": "x", "password": "x", "repeat": "y"}),
        ("owner", "/cases/new", {"title": "", "incident_on": "1800-01-01", "tags": "x" * 200}),
        ("admin", "/admin/units", {"name": ""}),
        ("admin", "/admin/accounts/import", {}),
        ("admin", "/admin/invitations/new", {"name": "", "email": "x"}),
    ):
        answer = world.browsers[person].post(path, fields, **THAI)
        assert answer.status_code == 422, path
        assert english_in(answer.text) == [], path
