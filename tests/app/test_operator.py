"""What an operator can do about accounts from the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.accounts import main
from app.identity import accounts, links
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


def test_an_account_can_be_enabled_again(db: Session, person: Callable[..., Account]) -> None:
    admin, account = person(Role.ADMIN), person()
    accounts.set_disabled(db, admin, account, True)
    with pytest.raises(SignInRefused):
        accounts.authenticate(db, account.email, PASSWORD)
    assert main(["enable", account.email]) == 0
    db.rollback()
    accounts.authenticate(db, account.email, PASSWORD)


@pytest.mark.parametrize("action", ["reset-link", "enable"])
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
