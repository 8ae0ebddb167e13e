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
    "Letter",
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
        # An attribute that a template puts aside in a variable looks like text.
        if not self._silent and not re.match(r'[\s…]*[a-z-]+="', data):
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
    page, marked = "", False
    statement: list[str] = []
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


def in_code(path: Path, told: set[str], errors: set[str]) -> Iterator[str]:
    """Sentences that no catalogue can know: f-strings in a mark or in one of the ``errors``, and those of ``told``
    that are not marked at all: ``Refused("...")`` and not ``Refused(_("..."))``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name, first = _name(node.func), node.args[0]
        built = isinstance(first, ast.JoinedStr | ast.BinOp)
        bare = any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in node.args[:2])
        if (built and name in errors | GETTEXT) or (bare and name in told) or (told and name == "__init__" and bare):
            yield f"{path.name}:{node.lineno} {name}"


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr if function.attr == "__init__" else ""
    return function.id if isinstance(function, ast.Name) else ""


QUIET = {"gettext", "ngettext", "Error", "querySelector", "querySelectorAll", "closest", "matches"}
"""What a script calls with strings that need no mark: the marks, errors of the program, selectors."""
FILLED = re.compile(r"\$\{.*?\}")
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|[\w$]+|[()]', re.DOTALL)
"""Of JavaScript as far as it matters here: comments, strings, names, and what opens and closes a call."""


def in_script(source: str) -> list[str]:
    """Strings that look like words for a person and stand in no mark."""
    found, calls, before = [], [""], ""
    for token in TOKEN.findall(source):
        if token == "(":
            calls.append(before)
        elif token == ")":
            calls.pop()
        elif token[0] in '"`' and calls[-1] not in QUIET:
            words = FILLED.sub(" … ", token[1:-1])
            filled = "…" in words and re.search(r"[a-z]{3,} …|… +[a-z]{3,}", words)
            if filled or re.match(r"[A-Z][a-z]+[^A-Z]* \w", words):
                found.append(token[1:-1])
        before = token if token[0].isidentifier() else ""
    return found
