"""Policies propose, and nothing else."""

import datetime as dt

import pytest
from sqlalchemy import select

from app.database import transaction
from app.errors import Refused
from app.paging import Page
from app.retention import holds, policies
from models import Account, Case, CaseStatus, CustodyEntry, Proposal, utc_now
from tests.app.exchange.cases import Office, open_case

CLOSED, ARCHIVED = CaseStatus.CLOSED, CaseStatus.ARCHIVED


def closed(office: Office, number: str, days: int, status: CaseStatus = CLOSED) -> Case:
    case = open_case(office, number, status=status)
    with transaction(office.db):
        office.db.get_one(Case, case.id).status_since = utc_now() - dt.timedelta(days=days)
    return case


def due(office: Office, account: Account) -> Page[policies.Due]:
    return policies.due(office.db, account, policies.policies(office.db))


def numbers(office: Office) -> list[str]:
    return [one.case.number for one in due(office, office.supervisor).items]


def test_cases_whose_time_has_come_are_listed_the_oldest_first(north: Office) -> None:
    closed(north, "young", 300)
    closed(north, "old", 400)
    closed(north, "older", 4000)
    closed(north, "archived", 4000, ARCHIVED)
    assert numbers(north) == []
    policies.set_policy(north.db, north.supervisor, CLOSED, 12, Proposal.ARCHIVE)
    assert numbers(north) == ["older", "old"]
    policies.set_policy(north.db, north.other, CLOSED, 60, Proposal.DELETE)
    assert numbers(north) == ["older"]
    found = due(north, north.supervisor).items
    assert (found[0].policy.proposal, found[0].unit) == (Proposal.DELETE, north.unit.name)


def test_a_held_case_is_not_due_and_others_cases_are_not_shown(north: Office) -> None:
    case = closed(north, "old", 400)
    policies.set_policy(north.db, north.supervisor, CLOSED, 12, Proposal.ARCHIVE)
    assert due(north, north.stranger).total == 0
    holds.put(north.db, north.supervisor, case.id, "A court asked")
    assert numbers(north) == []


def test_changes_are_entries_of_the_agency(north: Office) -> None:
    policies.set_policy(north.db, north.supervisor, CLOSED, 12, Proposal.ARCHIVE)
    policies.remove_policy(north.db, north.other, policies.policies(north.db)[0].id)
    query = select(CustodyEntry).where(CustodyEntry.action == "retention.changed").order_by(CustodyEntry.number)
    said = [(entry.actor_id, entry.details["months"]) for entry in north.db.scalars(query)]
    assert said == [(north.supervisor.id, 12), (north.other.id, 0)]


@pytest.mark.parametrize(
    "status, months, proposal",
    [(CLOSED, 0, Proposal.DELETE), (CLOSED, 1201, Proposal.DELETE), (ARCHIVED, 12, Proposal.ARCHIVE)],
)
def test_what_cannot_be_meant_is_refused(north: Office, status: CaseStatus, months: int, proposal: Proposal) -> None:
    with pytest.raises(Refused):
        policies.set_policy(north.db, north.supervisor, status, months, proposal)
    assert policies.policies(north.db) == []


@pytest.mark.parametrize(
    "now, months, then",
    [("2026-03-31", 1, "2026-02-28"), ("2024-02-29", 12, "2023-02-28"), ("2026-01-15", 1, "2025-12-15")],
)
def test_months_are_those_of_the_calendar(now: str, months: int, then: str) -> None:
    moment = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)
    assert policies.before(moment, months).date() == dt.date.fromisoformat(then)
