"""What an operator can do about accounts from the command line: ``python -m app.accounts --help``."""

import argparse
import sys

from sqlalchemy.exc import SQLAlchemyError

from app import logs
from app.database import Database
from app.errors import AppError
from app.identity import accounts, links
from app.settings import Settings, SettingsError

UPGRADE = "check DATABASE_URL, and run `python -m app.database upgrade`."


def first_link(database: Database, settings: Settings) -> str | None:
    """The address of a new link for the first administrator; None when there is an account already."""
    with database.session() as db:
        token = links.issue_first_admin(db)
    return f"{settings.address}/first-account/{token}" if token else None


def reset_link(database: Database, settings: Settings, email: str) -> str:
    """The address of a new link with which the account's owner sets a password. Raises AppError."""
    with database.session() as db:
        account = accounts.by_email(db, email)
        if account is None:
            raise AppError("There is no account with that e-mail address.")
        return f"{settings.address}/set-password/{links.issue_set_password(db, account)}"


def enable(database: Database, email: str) -> None:
    """Enable an account and end its rest after wrong passwords. Raises AppError."""
    with database.session() as db:
        account = accounts.by_email(db, email)
        if account is None:
            raise AppError("There is no account with that e-mail address.")
        accounts.restore(db, account)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m app.accounts", description="Accounts, for the operator.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("first-link", help="print a new one-time link for the first administrator")
    for name, text in (
        ("reset-link", "print a one-time link that sets a new password"),
        ("enable", "enable an account again and forget its wrong passwords"),
    ):
        actions.add_parser(name, help=text).add_argument("email")
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
    if chosen.action == "enable":
        enable(database, chosen.email)
        return "Enabled."
    return reset_link(database, settings, chosen.email)


if __name__ == "__main__":
    sys.exit(main())
