"""What an operator can do about accounts from the command line: ``python -m app.accounts --help``."""

import argparse
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app import logs
from app.database import Database
from app.errors import AppError
from app.identity import accounts, importing, links, roster, standing
from app.settings import Settings, SettingsError

UPGRADE = "check DATABASE_URL, and run `python -m app.database upgrade`."


def first_link(database: Database, settings: Settings) -> str | None:
    """The address of a new link for the first administrator; None when there is an account already."""
    with database.session() as db:
        token = links.issue_first_admin(db)
    return f"{settings.address}/first-account/{token}" if token else None


def reset_link(database: Database, settings: Settings, email: str, clear_second_factor: bool = False) -> str:
    """The address of a new link with which the account's owner sets a password. Raises AppError.

    ``clear_second_factor``: at once, for somebody who has lost it.
    """
    with database.session() as db:
        account = accounts.by_email(db, email)
        if account is None:
            raise AppError("There is no account with that e-mail address.")
        return f"{settings.address}/set-password/{links.issue_set_password(db, account, clear_second_factor)}"


def restore(database: Database, email: str) -> None:
    """Restore a suspended account and end its rest after wrong passwords. Raises AppError."""
    with database.session() as db:
        account = accounts.by_email(db, email)
        if account is None:
            raise AppError("There is no account with that e-mail address.")
        standing.restore(db, account)


def import_people(database: Database, settings: Settings, path: Path, add_units: bool) -> str:
    """Invite everybody in a CSV file; their links as CSV. Raises AppError, naming every line that is wrong."""
    try:
        with path.open("rb") as file:
            text = roster.decode(file.read(roster.MAX_BYTES + 1))
    except OSError as error:
        raise AppError(f"{path} cannot be read: {error.strerror}.") from None
    with database.session() as db:
        try:
            invited = importing.carry_out(db, text, add_units)
        except importing.ImportRefused as error:
            lines = (f"line {one.line}: {one.reason}" for one in error.problems)
            raise AppError("\n".join((str(error), *lines))) from None
    return importing.links_csv(invited, lambda token: f"{settings.address}/invitation/{token}").rstrip()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m app.accounts", description="Accounts, for the operator.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("first-link", help="print a new one-time link for the first administrator")
    for name, text in (
        ("reset-link", "print a one-time link that sets a new password"),
        ("restore", "let a suspended account in again and forget its wrong passwords"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("email")
        if name == "reset-link":
            action.add_argument("--second-factor-lost", action="store_true", help="remove the second factor too")
    people = actions.add_parser("import", help="invite everybody in a CSV file; prints their one-time links as CSV")
    people.add_argument("file", type=Path)
    people.add_argument("--add-units", action="store_true", help="add units that are new")
    chosen = parser.parse_args(arguments)
    try:
        settings = Settings.from_env()
        logs.configure(settings.production)  # to stderr: what is printed here may be piped on
        print(_act(chosen, Database(settings.database_url), settings))
    except (AppError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        print(f"The records cannot be used ({type(error).__name__}): {UPGRADE}", file=sys.stderr)
        return 1
    return 0


def _act(chosen: argparse.Namespace, database: Database, settings: Settings) -> str:
    if chosen.action == "first-link":
        return first_link(database, settings) or "There is an account already; use reset-link."
    if chosen.action == "restore":
        restore(database, chosen.email)
        return "Restored."
    if chosen.action == "import":
        return import_people(database, settings, chosen.file, chosen.add_units)
    return reset_link(database, settings, chosen.email, chosen.second_factor_lost)


if __name__ == "__main__":
    sys.exit(main())
