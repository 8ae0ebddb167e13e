"""Inviting everybody in a list at once: all of them, or nobody."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import custody
from app.database import transaction
from app.errors import Conflict
from app.identity import units
from app.identity.entries import record_made
from app.identity.links import first_invitation
from app.identity.roster import Problem, Roster, Row, read
from models import Account, Unit, fold, utc_now

log = structlog.get_logger(__name__)

BATCH = 200
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet would take for the beginning of a formula."""


class ImportRefused(Conflict):
    """The list and the records do not agree; ``problems`` says where. Nothing was written."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(_("Some lines cannot be imported; nobody was invited."))
        self.problems = problems


@dataclass(frozen=True)
class Invited:
    """Somebody invited, and the token of their invitation, which is not kept."""

    row: Row
    token: str


def check(db: Session, text: str, add_units: bool = False) -> Roster:
    """Read a list and compare it with the records; what is wrong is in its problems, by line.

    Raises Refused for text that is no list.
    """
    roster = read(text)
    taken = _taken(db, [email for _line, email, _units in roster.named])
    known = units.by_name(db)
    for line, email, named in roster.named:
        if email in taken:
            roster.problems.append(Problem(line, _("%(email)s has an account already.", email=email)))
        for unit in () if add_units else named:
            if fold(unit) not in known:
                missing = _("There is no unit “%(unit)s”; add it first, or tick the box.", unit=unit)
                roster.problems.append(Problem(line, missing))
    roster.problems.sort()
    return roster


def new_units(db: Session, roster: Roster) -> list[str]:
    """The units that the list names and the records do not."""
    known = units.by_name(db)
    named = {fold(unit): unit for row in roster.rows for unit in row.units}
    return sorted(name for folded, name in named.items() if folded not in known)


def carry_out(db: Session, text: str, add_units: bool = False) -> list[Invited]:
    """Invite everybody in the list in one transaction.

    Raises Refused for text that is no list, ImportRefused when any line is wrong.
    """
    try:
        with transaction(db):
            roster = check(db, text, add_units)
            if roster.problems:
                raise ImportRefused(roster.problems)
            known = units.by_name(db)
            units.kept(db, [unit.id for unit in known.values()])
            added_units = [known.setdefault(fold(name), Unit(name=name)) for name in new_units(db, roster)]
            db.add_all(added_units)
            added = [_add(db, row, known) for row in roster.rows]
            db.flush()
            _record(db, added_units, [account for _, account in added])
            invited = [Invited(row, first_invitation(db, account)) for row, account in added]
    except IntegrityError:
        raise Conflict(_("Somebody added one of these people or units in the same moment. Try again.")) from None
    log.info("accounts_imported", count=len(invited))
    return invited


def _add(db: Session, row: Row, known: dict[str, Unit]) -> tuple[Row, Account]:
    account = Account(email=row.email, name=row.name, claims_due_at=utc_now())
    account.set_roles(row.roles)
    account.units = [known[fold(unit)] for unit in row.units]
    db.add(account)
    return row, account


def _record(db: Session, added_units: list[Unit], added: list[Account]) -> None:
    for unit in added_units:
        units.record_added(db, custody.acting(db), unit)
    for account in added:
        record_made(db, "account.imported", account)


def _taken(db: Session, emails: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(emails), BATCH):
        found.update(db.scalars(select(Account.email).where(Account.email.in_(emails[start : start + BATCH]))))
    return found


def links_csv(invited: Iterable[Invited], address: Callable[[str], str]) -> str:
    """Everybody's invitation as CSV; ``address`` makes a link of a token."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("email", "name", "link"))
    for one in invited:
        writer.writerow((plain(one.row.email), plain(one.row.name), address(one.token)))
    return out.getvalue()


def plain(cell: str) -> str:
    """The cell so that a spreadsheet shows it and does not run it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
