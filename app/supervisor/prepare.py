"""Checks settings, port and storage before anything starts: ``python -m app.supervisor.prepare``."""

import sys

from app.settings import Settings, SettingsError
from app.storage import open_store
from app.supervisor.parts import PortTaken, check_port


def main() -> int:
    """0 when everything is in order; otherwise says what is not."""
    try:
        settings = Settings.from_env()
        check_port(settings.host, settings.port)
        open_store(settings).check()
    except (SettingsError, PortTaken) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The storage folder {error.filename or ''} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
