"""What an operator can do about accounts from the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.accounts import main
from app.database import main as migrate
from app.identity import accounts, links, standing
from app.identity.accounts import SignInRefused
from app.settings import Settings
from models import Account, LinkPurpose, Role
from tests.people import PASSWORD


@pytest.fixture(autouse=True)
def environment(database_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SEMBLANCE_VAR", str(settings.var))
    monkeypatch.setenv("PORT", "8123")


def test_the_first_link_is_printed_while_there_is_no_account(db: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["first-link"]) == 0
    address = capsys.readouterr().out.strip()
    assert address.startswith("http://127.0.0.1:8123/first-account/")
    token = address.rpartition("/")[2]
    links.create_first_account(db, token, "a@example.org", "A", PASSWORD)
    assert main(["first-link"]) == 0
    assert "already" in capsys.readouterr().out


def test_a_reset_link_sets_a_password(
    db: Session, person: Callable[..., Account], capsys: pytest.CaptureFixture[str]
) -> None:
    account = person()
    capsys.readouterr()
    assert main(["reset-link", account.email.upper()]) == 0
    address = capsys.readouterr().out.strip()
    assert address.startswith("http://127.0.0.1:8123/set-password/")
    db.rollback()
    link = links.find(db, address.rpartition("/")[2], LinkPurpose.SET_PASSWORD)
    assert link.account_id == account.id


def test_an_account_can_be_restored(db: Session, person: Callable[..., Account]) -> None:
    admin, account = person(Role.ADMIN), person()
    standing.suspend(db, admin, account)
    with pytest.raises(SignInRefused):
        accounts.authenticate(db, account.email, PASSWORD)
    assert main(["restore", account.email]) == 0
    db.rollback()
    accounts.authenticate(db, account.email, PASSWORD)


@pytest.mark.parametrize("action", ["reset-link", "restore"])
def test_an_unknown_address_is_said(db: Session, action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([action, "nobody@example.org"]) == 1
    assert "no account" in capsys.readouterr().err


def test_a_database_without_records_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    assert main(["first-link"]) == 1
    assert "python -m app.database upgrade" in capsys.readouterr().err


def test_wrong_settings_are_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PORT", "none")
    assert main(["first-link"]) == 1
    assert "PORT" in capsys.readouterr().err


def test_the_schemas_command_says_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "none")
    with pytest.raises(SystemExit, match="PORT is 'none'"):
        migrate(["upgrade"])


def test_a_list_is_imported_and_its_links_are_printed(
    db: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,name,roles,units\na@example.org,A,supervisor,Investigations\n")
    assert main(["import", str(file)]) == 1
    assert "line 2: There is no unit “Investigations”" in capsys.readouterr().err
    assert not accounts.any_account(db)
    db.rollback()
    assert main(["import", str(file), "--add-units"]) == 0
    head, line = capsys.readouterr().out.split()
    assert head == "email,name,link"
    email, name, address = line.split(",")
    assert (email, name) == ("a@example.org", "A")
    assert address.startswith("http://127.0.0.1:8123/invitation/")
    assert links.find(db, address.rpartition("/")[2], LinkPurpose.INVITATION).account is not None


def test_a_list_that_is_not_there_is_said(tmp_path: Path, db: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(tmp_path / "none.csv")]) == 1
    assert "cannot be read" in capsys.readouterr().err
