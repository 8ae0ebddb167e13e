"""Markdown as people write notes in, made into HTML that is safe to show.

Two kept libraries, each a line of defence of its own: markdown-it-py, told to take no HTML, and nh3 (ammonia), which
lets a short list of elements through whatever the first one made.
"""

import re

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}
HEADING = re.compile(r"(</?)h([12])>")

_reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False})
_reader.enable(["table", "strikethrough"]).disable("image")


def render(text: str) -> Markup:
    """The note as HTML. Pictures are left out: they would tell another server who reads the case, and when."""
    # A note stands below the page's own headings.
    made = HEADING.sub(r"\1h3>", _reader.render(text))
    clean = nh3.clean(made, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener nofollow")
    return Markup(clean)  # noqa: S704 - nh3 made it safe
