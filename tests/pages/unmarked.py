"""Finds what a person can read in templates and code and no catalogue would know."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext", "lazy_gettext"}
SPOKEN = {
    "aria-label",
    "aria-roledescription",
    "aria-valuetext",
    "title",
    "placeholder",
    "alt",
    "data-what",
    "data-label",
    "label",
}
"""Attributes that are read out or shown."""
VALUES = {"button", "submit", "reset"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
NAMES = {
    "Semblance",
    "Google",
    "Microsoft",
    "UTC",
    "CSV",
    "PNG",
    "JPEG",
    "WebP",
    "JSON",
    "ZIP",
    "PDF",
    "SSIM",
    "SHA-256",
}
"""The same in every language."""
HOLE = " … "
"""Where an expression or a statement of the template stood."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("code", "kbd", "samp", "script", "style")
        self.found += [value for name, value in attrs if value and name in SPOKEN]
        if tag == "meta" and dict(attrs).get("name") == "description":
            self.found.append(dict(attrs).get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("code", "kbd", "samp", "script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def spoken(text: str) -> bool:
    """Whether there are words in it, beside names that stay as they are."""
    rest = text
    for name in NAMES:
        rest = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", rest)
    return LETTERS.search(rest) is not None


def environment() -> Environment:
    return Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def in_template(source: str) -> list[str]:
    """Text and attributes outside of every mark, and strings in expressions that look like words for a person."""
    reader = _Reader()
    reader.feed(_page(source))
    reader.close()
    return [" ".join(one.split()) for one in reader.found if spoken(one)] + list(_strings(source))


def _page(source: str) -> str:
    """The template's own text, without what stands between {% trans %} and {% endtrans %}, and without classes."""
    page, marked, statement = "", False, []
    for _line, kind, value in environment().lex(source):
        if kind == "block_begin":
            statement = []
        elif kind == "name":
            statement.append(value)
        elif kind == "block_end":
            marked = marked or statement[:1] == ["trans"] or statement == ["block", "main_class"]
            marked = marked and statement[:1] not in (["endtrans"], ["endblock"])
            page += HOLE
        elif kind == "variable_end":
            page += HOLE
        elif kind == "data" and not marked:
            page += value
    return page


def _strings(source: str) -> Iterator[str]:
    for node, marked in _walk(environment().parse(source), False):
        if isinstance(node, nodes.Const) and isinstance(node.value, str) and not marked and _sentence(node.value):
            yield node.value


def _walk(node: nodes.Node, marked: bool) -> Iterator[tuple[nodes.Node, bool]]:
    yield node, marked
    for child in node.iter_child_nodes():
        calls = isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in GETTEXT
        yield from _walk(child, marked or calls)


def _sentence(text: str) -> bool:
    """A capital letter or two words: what templates name otherwise (icons, endpoints, styles) has neither."""
    return spoken(text) and (text[0].isupper() or re.search(r"[^\W\d_]+ [^\W\d_]+", text) is not None)


def raised_in(path: Path, errors: set[str]) -> Iterator[str]:
    """Errors for a person whose sentence is not marked: ``Refused("...")`` and not ``Refused(_("..."))``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in errors and node.args:
            told = node.args[0]
            if isinstance(told, ast.JoinedStr) or (isinstance(told, ast.Constant) and isinstance(told.value, str)):
                yield f"{path.name}:{node.lineno} {node.func.id}"
