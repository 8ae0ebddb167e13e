"""An agency with a case, a published notice of it, and the public's forms in front of it."""

import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app, tips
from app.cases import service as cases
from app.cases.forms import CaseFacts
from app.database import Database, transaction
from app.identity import units
from app.inbox import arriving
from app.notices.content import Content, Wording
from app.settings import Settings
from app.tips import keys
from models import Account, Case, Category, Notice, Role, Tip
from tests.app.conftest import settings_for
from tests.app.tips.conftest import MARK, Forms, receipt_of, work
from tests.app.web import Browser
from tests.people import Person, put

SLUG = "k7m2q9abcd"


@dataclass
class Agency:
    app: Flask
    db: Session
    settings: Settings
    forms: Forms
    case: Case
    head: Account
    investigator: Account
    outsider: Account
    receipts: dict[uuid.UUID, tuple[str, str]] = field(default_factory=dict)
    """Number and words of those who sent something."""

    def browser(self, account: Account) -> Browser:
        browser = Browser(self.app)
        assert browser.sign_in(account).status_code == 303
        return browser

    def other_case(self) -> Case:
        """One more of the investigator's."""
        return cases.create(self.db, self.investigator, CaseFacts("Fire at the quay"), self.case.unit_id)

    def write_again(self, tip: Tip, text: str = "One more thing") -> None:
        """The sender writes to the tip again, with the receipt."""
        number, words = self.receipts[tip.id]
        known = {"number": number, "secret": words}
        form = MARK.search(self.forms.post("/en/receipt", known).text)
        assert form
        sent = self.forms.post(f"{form[1]}&work={work(form[2])}", {**known, "text": text})
        assert sent.status_code in (200, 201), sent.text
        self.db.rollback()
        assert arriving.take_note(self.db) == 1
        self.db.rollback()

    def send(self, path: str = "/en/new", notice: str = SLUG, **fields: Any) -> Tip:
        """Somebody of the public sends this; the tip, once it was noted."""
        known = set(self.db.scalars(select(Tip.id)))
        files = fields.pop("files", None)
        data = {"text": "He was at the harbour.", "notice": notice, **fields}
        if files:
            data["files"] = [(io.BytesIO(content), name) for name, content in files]
        answer = self.forms.send(path, address=f"198.51.100.{len(known)}", **data)
        assert answer.status_code in (200, 201), answer.text
        self.db.rollback()  # what it has read so far is of before
        arriving.take_note(self.db)
        self.db.rollback()
        tip = next(tip for tip in self.db.scalars(select(Tip)) if tip.id not in known)
        self.receipts[tip.id] = receipt_of(answer.text)
        return tip


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "var", DATABASE_URL=database_url)


@pytest.fixture
def agency(database: Database, db: Session, settings: Settings, person: Person) -> Iterator[Agency]:
    keys.ensure(db, settings)
    mine, other = units.add_unit(db, "Harbour"), units.add_unit(db, "Hills")
    head, investigator, outsider = person(Role.SUPERVISOR), person(), person()
    for account, unit in ((head, mine), (investigator, mine), (outsider, other)):
        put(db, account, unit)
    case = cases.create(db, investigator, CaseFacts("Robbery at the kiosk"), mine.id)
    content = Content(category=Category.SUSPECT, words={"en": Wording(headline="Who knows him?")})
    with transaction(db):
        db.add(Notice(id=uuid.uuid4(), case_id=case.id, slug=SLUG, content=content.to_json(), created_by=head.id))
    forms = Forms(tips.create_app(settings), settings)
    yield Agency(create_app(settings), db, settings, forms, case, head, investigator, outsider)
    forms.desk.courier.stop()
