"""Checks settings, port and storage and brings the database up to date, before anything starts.

``python -m app.supervisor.prepare``: one process for all three, since each would load the same libraries.
"""

import contextlib
import sys

from sqlalchemy.exc import SQLAlchemyError

from app.database import Database, upgrade
from app.settings import Settings, SettingsError
from app.storage import StorageUnavailable, open_store
from app.supervisor.parts import PortTaken, check_port
from app.tips import keys


def main() -> int:
    """0 when everything is in order; otherwise says what is not."""
    try:
        settings = Settings.from_env()
        check_port(settings.host, settings.port)
        open_store(settings).check()
        upgrade(settings.database_url)
        _first_key(settings)
    except (SettingsError, PortTaken) as error:
        print(error, file=sys.stderr)
    except StorageUnavailable as error:
        print(error.reason, file=sys.stderr)
    except OSError as error:
        where = f"The storage folder {error.filename}" if error.filename else "The storage folder"
        print(f"{where} cannot be written: {error.strerror or error}.", file=sys.stderr)
    except SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        print(f"The database cannot be reached or brought up to date: {reason}", file=sys.stderr)
    else:
        return 0
    return 1


def _first_key(settings: Settings) -> None:
    """So that a tip can be taken at once; elsewhere the first worker makes it."""
    with contextlib.closing(Database(settings.database_url)) as database, database.session() as db:
        keys.ensure(db, settings)


if __name__ == "__main__":
    sys.exit(main())
