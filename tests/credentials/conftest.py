"""A case with likenesses, and a notice of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import transaction
from app.notices.content import Content, Picture, Wording
from models import Category, Likeness, Notice
from tests.app.conftest import passwords_hashed_quickly  # noqa: F401 - a fixture
from tests.app.exchange.cases import Office, full_case, office

SLUG = "k7m3p9x2"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Office]:
    opened = office(f"sqlite:///{tmp_path / 'var' / 'records.db'}", tmp_path / "var")
    yield opened
    opened.close()


@pytest.fixture
def notice(records: Office) -> Notice:
    """In two languages, with a covered and cropped likeness and a morph of two."""
    case = full_case(records)
    first, second, *_ = records.db.scalars(select(Likeness.id).order_by(Likeness.created_at, Likeness.id))
    content = Content(
        category=Category.WITNESS,
        words={"en": Wording(headline="Who knows her?"), "th": Wording(headline="ใครรู้จักเธอ")},
        pictures=(
            Picture(likenesses=(first,), crop=(0.05, 0.0, 0.95, 1.0), boxes=((0.1, 0.1, 0.3, 0.2),)),
            Picture(likenesses=(first, second)),
        ),
    )
    made = Notice(case_id=case.id, slug=SLUG, content=content.to_json(), created_by=records.investigator.id)
    with transaction(records.db):
        records.db.add(made)
    return made
