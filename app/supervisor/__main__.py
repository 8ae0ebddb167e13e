"""``python -m app.supervisor``: everything on one machine until Ctrl-C."""

import http.client
import re
import signal
import sys

from sqlalchemy.exc import SQLAlchemyError

from app.settings import Settings, SettingsError
from app.supervisor.parts import PortTaken, check_port, parts
from app.supervisor.watch import Supervisor

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WORTH_SHOWING = re.compile(r"\b(warning|error|critical|Traceback)\b", re.IGNORECASE)


def say(text: str) -> None:
    print(text, flush=True)


def show(part: str, line: str) -> None:
    """Pass on what an operator must see; the whole of it is in the part's log."""
    plain = _COLOUR.sub("", line)
    if "worker_ready" in plain:
        say("The worker is ready to render.")
    elif _WORTH_SHOWING.search(plain):
        say(f"[{part}] {plain}")


def answers(host: str, port: int) -> bool:
    """Whether the web server says that it is alive."""
    connection = http.client.HTTPConnection(host, port, timeout=1.0)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def announce(settings: Settings) -> None:
    """Print the address, and the link for the first administrator while there is no account."""
    say(f"\nSemblance is running at {settings.address}")
    try:
        token = _first_administrator(settings)
    except SQLAlchemyError as error:
        say(f"The records cannot be read ({type(error).__name__}): run `python -m app.database upgrade`.")
        return
    if token is not None:
        say("Create the first administrator here (the link works once, and for 24 hours):")
        say(f"  {settings.address}/first-account/{token}")
    say(f"Stop with Ctrl-C. Logs are in {settings.var / 'log'}.\n")


def _first_administrator(settings: Settings) -> str | None:
    from app.database import Database
    from app.identity.links import issue_first_admin

    database = Database(settings.database_url)
    try:
        with database.session() as db:
            return issue_first_admin(db)
    finally:
        database.close()


def main() -> int:
    # A plain list: an Event that is set by a handler while the same thread waits for it may lock for good.
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: asked.append(received))
    try:
        settings = Settings.from_env()
        check_port(settings.host, settings.port)
    except (SettingsError, PortTaken) as error:
        print(error, file=sys.stderr)
        return 1
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    supervisor = Supervisor(parts(settings), settings.var / "log", say, show)
    return supervisor.run(
        lambda: bool(asked), ready=lambda: answers(host, settings.port), on_ready=lambda: announce(settings)
    )


if __name__ == "__main__":
    sys.exit(main())
