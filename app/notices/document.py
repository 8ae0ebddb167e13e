"""What of a notice is published: the document in ``Publication.content``, and the columns that its list is searched by.

It says what the public may read. Likenesses, crops, boxes and whether the person may be a minor stay with the notice.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.notices.content import Content, Wording, day
from models import Category, Publication, fold, searched

MOST_AREA = 200
"""Characters that the column takes."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A published document. ``alts`` are by language, one of each picture; days are the agency's own."""

    category: Category
    words: Mapping[str, Wording]
    alts: tuple[Mapping[str, str], ...]
    happened_from: dt.date | None
    happened_to: dt.date | None
    expires_on: dt.date | None

    @classmethod
    def of(cls, row: Publication) -> "Document":
        facts = row.content
        return cls(
            category=Category(facts["category"]),
            words={language: Wording(**words) for language, words in facts["words"].items()},
            alts=tuple(dict(one["alt"]) for one in facts["pictures"]),
            happened_from=day(facts["happened_from"]),
            happened_to=day(facts["happened_to"]),
            expires_on=day(facts["expires_on"]),
        )


def last_day(row: Publication) -> dt.date:
    """The last day on which the public sees it: the agency's own, which the moment after it is no part of."""
    said = day(row.content["expires_on"])
    return said or (row.expires_at - dt.timedelta(microseconds=1)).date()


def document(content: Content) -> dict[str, Any]:
    """``words`` by language, as `app.notices.content.Wording` has them; of each picture ``alt`` by language and of how
    many likenesses it is a morph (1: of none); days as ISO dates or None."""
    facts = content.to_json()
    return {
        "category": facts["category"],
        "words": facts["words"],
        "pictures": [{"alt": one["alt"], "morphed": len(one["likenesses"])} for one in facts["pictures"]],
        "happened_from": facts["happened_from"],
        "happened_to": facts["happened_to"],
        "expires_on": facts["expires_on"],
    }


def write(row: Publication, content: Content) -> None:
    """Onto a publication: the document, and what lists and searches ask."""
    row.content = document(content)
    row.languages = list(content.words)
    row.category = content.category
    row.happened_on = content.happened_from or content.happened_to
    first = next(iter(content.words.values()), None)
    row.area_folded = fold(first.area)[:MOST_AREA] if first else ""
    row.search_text = searched(row.content)
