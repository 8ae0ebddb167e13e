"""What of a notice is published: the document in ``Publication.content``, and the columns that its list is searched by.

It says what the public may read. Likenesses, crops, boxes and whether the person may be a minor stay with the notice.
"""

from typing import Any

from app.notices.content import Content
from models import Publication, fold, searched

MOST_AREA = 200
"""Characters that the column takes."""


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
