"""Reading the agency's settings, and changing them.

They are asked for on nearly every page, so each process remembers them for a moment: a change is seen by all of them
within SEEN_WITHIN seconds, and by the one that made it at once. Whatever decides about a change reads ``fresh``.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import custody
from app.agency.declared import SECTIONS, AgencySettings, declared, to_json
from app.agency.rules import Value
from app.custody.canonical import Plain, digest
from app.database import clock, transaction
from app.errors import Conflict, Forbidden, NotFound, Refused
from models import Account, SettingSection

log = structlog.get_logger(__name__)

SEEN_WITHIN = 3.0
LOGO = "logo"
"""The section that has no fields, only the object."""


@dataclass(frozen=True)
class Known:
    """What a process remembers: the settings, the key of the logo, and until when."""

    settings: AgencySettings
    logo_key: str | None
    until: float


_known: dict[str, Known] = {}


class SettingsRefused(Refused):
    """Some of a form's values cannot be; ``errors`` has a sentence for each of them."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(_("Nothing was changed: look at what is marked."))
        self.errors = errors


def current(db: Session) -> AgencySettings:
    """The settings as they were a moment ago."""
    return known(db).settings


def known(db: Session) -> Known:
    here = _place(db)
    found = _known.get(here)
    if found is None or found.until < time.monotonic():
        found = _known[here] = _read(db)
    return found


def last_known(db: Session) -> Known:
    """Without asking the records, for a while: for pages that are shown while they are away."""
    found = _known.get(_place(db)) or Known(AgencySettings(), None, 0)
    _known[_place(db)] = replace(found, until=time.monotonic() + SEEN_WITHIN)
    return found


def fresh(db: Session) -> AgencySettings:
    """The settings as they are."""
    return _read(db).settings


def revisions(db: Session) -> dict[str, SettingSection]:
    """The sections that were ever changed, by name."""
    rows = db.scalars(select(SettingSection).execution_options(populate_existing=True))
    return {row.name: row for row in rows}


def change(db: Session, by: Account, section: str, revision: int, given: Mapping[str, Sequence[str]]) -> list[str]:
    """Change a section as its form says, which was drawn at ``revision``; the names of what is different now.

    Raises NotFound for no such section, Forbidden, SettingsRefused, and Conflict when somebody else was faster.
    """
    wanted = _checked(by, section, given)

    def alter(row: SettingSection) -> list[str]:
        before = AgencySettings.of({section: row.values}).of_section(section)
        changed = [name for name, value in wanted.items() if value != before[name]]
        if changed:
            row.values = {name: to_json(value) for name, value in wanted.items()}
            was, now = ({name: _plain(of[name]) for name in changed} for of in (before, wanted))
            _note(db, by, section, before, wanted, was=was, now=now)
        return changed

    return write(db, by, section, revision, alter)


def write(db: Session, by: Account, section: str, revision: int, alter: Any) -> list[str]:
    """Have ``alter`` change the section's row, held, and count it when it gives back what it changed."""
    by_id = by.id
    try:
        with transaction(db):
            row = _held(db, section, revision)
            changed: list[str] = alter(row)
            if changed:
                row.revision += 1
                row.changed_at, row.changed_by = clock(db), by_id
    except IntegrityError:  # two people changed it for the first time at once
        raise Conflict(_changed_meanwhile()) from None
    _known.pop(_place(db), None)
    if changed:
        log.info("setting_changed", section=section, by=str(by_id), names=changed)
    return changed


def _held(db: Session, section: str, revision: int) -> SettingSection:
    query = select(SettingSection).where(SettingSection.name == section).with_for_update()
    row = db.scalar(query.execution_options(populate_existing=True))
    if row is None and revision == 0:
        row = SettingSection(name=section, values={}, revision=0, changed_at=clock(db))
        db.add(row)
        db.flush()
    if row is None or row.revision != revision:
        raise Conflict(_changed_meanwhile())
    return row


def _checked(by: Account, section: str, given: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    known_sections = {one.name: one for one in SECTIONS}
    if section not in known_sections:
        raise NotFound(_("There are no such settings."))
    if not by.has_role(known_sections[section].by):
        raise Forbidden(_("These settings are for others to change."))
    wanted: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for name, one in declared():
        if one.section == section:
            try:
                wanted[name] = one.rule.read(given.get(name, ()))
            except Refused as error:
                errors[name] = str(error)
    if errors:
        raise SettingsRefused(errors)
    return wanted


def _note(
    db: Session, by: Account, section: str, before: Mapping[str, Value], after: Mapping[str, Value], **details: Any
) -> None:
    digests = (digest({name: to_json(value) for name, value in of.items()}) for of in (before, after))
    was, now = digests
    thing = custody.Thing("setting")
    custody.record(
        db, custody.AGENCY_CHAIN, by, "setting.changed", thing, before=was, after=now, section=section, **details
    )


def _plain(value: Value) -> Plain:
    return " ".join(value) if isinstance(value, tuple) else value


def _read(db: Session) -> Known:
    rows = db.execute(select(SettingSection.name, SettingSection.values, SettingSection.object_key)).all()
    logo = next((key for name, _values, key in rows if name == LOGO), None)
    until = time.monotonic() + SEEN_WITHIN
    return Known(AgencySettings.of({name: values for name, values, _key in rows}), logo, until)


def _place(db: Session) -> str:
    return str(db.get_bind().engine.url)


def _changed_meanwhile() -> str:
    return str(
        _("Somebody else has changed these settings since you opened the page. Nothing was saved; look at them again.")
    )
