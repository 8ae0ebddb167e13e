"""Inviting one and many, on both databases."""

import csv
import datetime as dt
import functools
import io
import threading
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.database import Database, transaction
from app.errors import Conflict, Gone, Refused
from app.identity import accounts, directory, importing, invitations, links, standing, units
from app.identity.accounts import SignInRefused
from app.identity.backend import open_identity
from app.identity.importing import ImportRefused
from app.settings import Settings
from models import Account, LinkPurpose, OneTimeLink, Role, Unit, utc_now
from tests.people import PASSWORD, Person

HEAD = "email,name,roles,units\n"


def count(db: Session, table: type) -> int:
    db.rollback()
    return db.scalar(select(func.count()).select_from(table)) or 0


def test_an_invitation_holds_for_a_week_and_sets_the_password(db: Session) -> None:
    unit = units.add_unit(db, "Investigations")
    account, token = invitations.invite(db, "New@example.org", "New", [Role.SUPERVISOR], [unit.id])
    assert (account.email, set(account.roles), [one.id for one in account.units]) == (
        "new@example.org",
        {Role.SUPERVISOR},
        [unit.id],
    )
    link = links.find(db, token, LinkPurpose.INVITATION)
    assert link.expires_at - link.created_at == dt.timedelta(days=7)
    assert directory.state(account).words == "Invited"
    with pytest.raises(SignInRefused):
        accounts.authenticate(db, account.email, PASSWORD)
    assert links.set_password(db, token, PASSWORD).id == account.id
    assert directory.state(accounts.authenticate(db, account.email, PASSWORD)).words == "Active"
    with pytest.raises(Gone):
        links.set_password(db, token, PASSWORD)
    assert invitations.open_invitations(db) == []


def test_a_new_link_ends_the_former_and_one_runs_out(db: Session) -> None:
    account, former = invitations.invite(db, "a@example.org", "A", [Role.ADMIN])
    token = links.issue_invitation(db, account)
    with pytest.raises(Gone):
        links.find(db, former, LinkPurpose.INVITATION)
    (listed,) = invitations.open_invitations(db)
    assert listed.account.id == account.id
    assert listed.expires_at == links.find(db, token, LinkPurpose.INVITATION).expires_at
    with transaction(db):
        db.execute(update(OneTimeLink).values(expires_at=utc_now() - dt.timedelta(seconds=1)))
    assert [one.expires_at for one in invitations.open_invitations(db)] == [None]
    with pytest.raises(Gone):
        links.set_password(db, token, PASSWORD)


def test_whoever_has_accepted_is_not_invited_again(db: Session) -> None:
    account, token = invitations.invite(db, "a@example.org", "A", [Role.ADMIN])
    links.set_password(db, token, PASSWORD)
    with pytest.raises(Conflict, match="accepted"):
        links.issue_invitation(db, account)
    with pytest.raises(Conflict, match="accepted"):
        invitations.revoke(db, account)
    with pytest.raises(Conflict, match="already an account"):
        invitations.invite(db, "A@example.org", "A", [Role.ADMIN])


def test_a_revoked_invitation_leaves_nothing(db: Session, person: Person) -> None:
    unit = units.add_unit(db, "Investigations")
    account, token = invitations.invite(db, "a@example.org", "A", [Role.ADMIN], [unit.id])
    invitations.revoke(db, account)
    with pytest.raises(Gone):
        links.find(db, token, LinkPurpose.INVITATION)
    assert (count(db, Account), count(db, OneTimeLink)) == (0, 0)
    units.remove_unit(db, unit.id)
    invitations.invite(db, "a@example.org", "A", [Role.ADMIN])


def test_accepting_and_revoking_at_once_leave_one_outcome(database: Database, db: Session) -> None:
    for number in range(8):
        account, token = invitations.invite(db, f"a{number}@example.org", "A", [Role.ADMIN])
        outcomes = at_once(
            database,
            accept=functools.partial(links.set_password, token=token, password=PASSWORD),
            revoke=functools.partial(_revoke, account_id=account.id),
        )
        assert outcomes in (
            {"accept": "done", "revoke": "Conflict"},
            {"accept": "Gone", "revoke": "done"},
        )
        db.rollback()
        assert (accounts.by_email(db, f"a{number}@example.org") is not None) == (outcomes["accept"] == "done")


def _revoke(db: Session, account_id: uuid.UUID) -> None:
    invitations.revoke(db, accounts.get_account(db, account_id))


def at_once(database: Database, **actions: Callable[[Session], object]) -> dict[str, str]:
    barrier, outcomes = threading.Barrier(len(actions)), {}

    def act(name: str, action: Callable[[Session], object]) -> None:
        with database.session() as own:
            barrier.wait()
            try:
                action(own)
                outcomes[name] = "done"
            except Exception as error:
                outcomes[name] = type(error).__name__

    threads = [threading.Thread(target=act, args=one) for one in actions.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_suspended_invitation_is_worth_nothing(db: Session, person: Person) -> None:
    admin = person(Role.ADMIN)
    account, token = invitations.invite(db, "a@example.org", "A", [Role.INVESTIGATOR])
    standing.suspend(db, admin, account)
    with pytest.raises(Gone):
        links.set_password(db, token, PASSWORD)
    with pytest.raises(Conflict):
        links.issue_invitation(db, account)
    assert invitations.open_invitations(db) == []


def test_an_invitation_that_cannot_be_made_leaves_no_account(db: Session) -> None:
    unit = units.add_unit(db, "Gone soon")
    units.remove_unit(db, unit.id)
    for email, roles, unit_ids in (("a", [Role.ADMIN], []), ("a@b.org", [], []), ("a@b.org", [Role.ADMIN], [unit.id])):
        with pytest.raises(Refused):
            invitations.invite(db, email, "A", roles, unit_ids)
    assert count(db, Account) == 0


def test_local_invitations_lead_to_the_choice_of_a_password(settings: Settings) -> None:
    assert open_identity(settings).invitation_target("t") == "/set-password/t"


def test_a_list_is_invited_as_a_whole(db: Session) -> None:
    unit = units.add_unit(db, "Investigations")
    text = HEAD + "a@example.org,A,investigator;admin,investigations\nb@example.org,=B,supervisor,Investigations\n"
    invited = importing.carry_out(db, text)
    first = accounts.by_email(db, "a@example.org")
    assert first is not None
    assert (set(first.roles), [one.id for one in first.units]) == ({Role.INVESTIGATOR, Role.ADMIN}, [unit.id])
    assert first.claims_due_at is not None
    written = list(csv.reader(io.StringIO(importing.links_csv(invited, lambda token: f"https://here/{token}"))))
    assert written[0] == ["email", "name", "link"]
    assert [row[:2] for row in written[1:]] == [["a@example.org", "A"], ["b@example.org", "'=B"]]
    token = written[1][2].removeprefix("https://here/")
    assert links.set_password(db, token, PASSWORD).id == first.id
    assert len(invitations.open_invitations(db)) == 1


def test_one_wrong_line_keeps_everybody_out(db: Session, person: Person) -> None:
    taken = person()
    text = HEAD + f"a@example.org,A,admin,\n{taken.email},Taken,admin,\nc@example.org,C,admin,Nowhere\n"
    with pytest.raises(ImportRefused) as caught:
        importing.carry_out(db, text)
    assert [(one.line, one.reason) for one in caught.value.problems] == [
        (3, f"{taken.email} has an account already."),
        (4, "There is no unit “Nowhere”; add it first, or tick the box."),
    ]
    assert (count(db, Account), count(db, OneTimeLink), count(db, Unit)) == (1, 0, 0)


def test_new_units_are_added_only_when_told(db: Session) -> None:
    units.add_unit(db, "Known")
    text = HEAD + "a@example.org,A,admin,known;New\nb@example.org,B,admin,NEW\n"
    roster = importing.check(db, text, add_units=True)
    assert (roster.problems, [name.casefold() for name in importing.new_units(db, roster)]) == ([], ["new"])
    importing.carry_out(db, text, add_units=True)
    assert sorted(unit.name.casefold() for unit in units.list_units(db)) == ["known", "new"]
    assert [(one.accounts, one.sketches) for one in units.census(db)] == [(1, 0), (2, 0)]


def test_a_check_writes_nothing(db: Session) -> None:
    importing.check(db, HEAD + "a@example.org,A,admin,New\n", add_units=True)
    assert (count(db, Account), count(db, Unit)) == (0, 0)


def test_the_largest_list_is_invited(db: Session) -> None:
    rows = "".join(f"p{number}@example.org,Person {number},investigator,U{number % 7}\n" for number in range(2000))
    assert len({one.token for one in importing.carry_out(db, HEAD + rows, add_units=True)}) == 2000
    assert count(db, Account) == 2000
    page = directory.search(db, "person 19", page=2)
    found = sum("19" in str(number) for number in range(2000))
    assert (page.total, page.page, page.pages) == (found, 2, 3)


def test_accounts_are_searched_by_name_and_email(db: Session) -> None:
    for email, name in (("ö@example.org", "Élodie"), ("b@example.org", "bernd"), ("c@other.org", "Anna")):
        accounts.add_account(db, email, name, [Role.ADMIN])
    for query, names in (
        ("", ["Anna", "bernd", "Élodie"]),
        ("ÉLO", ["Élodie"]),
        ("e\u0301lodie Ö@", ["Élodie"]),
        ("EXAMPLE", ["bernd", "Élodie"]),
        ("%", []),
        ("nobody", []),
    ):
        assert [one.name for one in directory.search(db, query).items] == names, query
    for beyond in (0, -1, 99):
        assert directory.search(db, page=beyond, per_page=2).page in (1, 2)
    assert [one.name for one in directory.search(db, page=2, per_page=2).items] == ["Élodie"]
