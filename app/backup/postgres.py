"""PostgreSQL records, replaced in one transaction."""

import subprocess
import tempfile
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, inspect, text

from app import trigrams
from app.backup import clients
from app.backup.archive import CHUNK
from app.backup.errors import TargetInUse
from app.backup.sqlite import FORGOTTEN
from app.database import make_engine, upgrade

OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


class Target:
    """A database of an installation."""

    def __init__(self, url: str) -> None:
        self._url = url

    def check(self, replace: bool) -> None:
        """Raises TargetInUse when others are connected, or when there are records and ``replace`` was not said."""
        with self._connected() as connection:
            others = connection.execute(OTHERS).scalar_one()
            if others:
                raise TargetInUse(
                    f"The database has other connections ({others}): stop every web server and worker, "
                    "then run the same command again."
                )
            tables = [name for name in inspect(connection).get_table_names("public") if name != "alembic_version"]
            filled = any(connection.execute(text(f'SELECT 1 FROM public."{name}" LIMIT 1')).first() for name in tables)  # noqa: S608
        if filled and not replace:
            raise TargetInUse(
                "There are records in the database already. To put them aside and restore, add --replace "
                "(make restore FROM=... REPLACE=1)."
            )

    def prepare(self, staged: Path) -> None:
        """Nothing: PostgreSQL's records are brought to the newest schema where they are."""

    def switch(self, staged: Path, stamp: str) -> str | None:
        """Replace the schema ``public`` by the restored one; the former stays as another schema: its name.

        Raises BackupError; nothing was changed then.
        """
        with self._connected() as connection:
            kept = bool(inspect(connection).get_table_names("public"))
        aside = f"before_{stamp.lower()}"
        before = f'ALTER SCHEMA public RENAME TO "{aside}"; CREATE SCHEMA public; {trigrams.back_from(aside)}'
        before = before if kept else ""
        after = "".join(f"DELETE FROM public.{table};" for table in FORGOTTEN)  # noqa: S608
        self._replay(staged, f"BEGIN; {before}\n", f"\n{after} COMMIT;\n")
        upgrade(self._url)
        return f"the schema {aside}" if kept else None

    def _replay(self, staged: Path, before: str, after: str) -> None:
        with tempfile.NamedTemporaryFile("w") as contents:
            contents.write(_contents(staged))
            contents.flush()
            self._pipe(staged, Path(contents.name), before, after)

    def _pipe(self, staged: Path, contents: Path, before: str, after: str) -> None:
        address, environ = clients.target(self._url)
        reading = [
            clients.program("pg_restore"),
            "--no-owner",
            "--no-privileges",
            "--schema=public",
            f"--use-list={contents}",
            "--file=-",
            str(staged),
        ]
        writing = [clients.program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={address}"]
        with (
            subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as dump,
            subprocess.Popen(
                writing, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(environ)
            ) as psql,
        ):
            assert dump.stdout is not None
            assert psql.stdin is not None
            _copy(dump.stdout, psql.stdin, before)
            said = dump.stderr.read().decode(errors="replace") if dump.stderr else ""
            # Without the COMMIT, which is only sent when all is there, an end takes everything back.
            if dump.wait() == 0:
                _send(psql.stdin, after.encode())
            answer = _end(psql)
        if dump.returncode:
            raise clients.failed("pg_restore", said)
        if psql.returncode:
            raise clients.failed("psql", answer)

    def _connected(self) -> "_Connected":
        return _Connected(self._url)


class _Connected:
    """A connection of its own, gone when it is closed: it must not count as one of the others."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect()
        return self._connection

    def __exit__(self, *rest: object) -> None:
        self._connection.close()
        self._engine.dispose()


def _contents(staged: Path) -> str:
    """What the dump holds, without the indexes that an extension makes: it may be missing here, and the upgrade that
    follows makes them where it can. Raises BackupError."""
    listing = [clients.program("pg_restore"), "--list", str(staged)]
    done = subprocess.run(listing, capture_output=True, text=True, check=False)
    if done.returncode:
        raise clients.failed("pg_restore", done.stderr)
    lines = done.stdout.splitlines()
    return "\n".join(line for line in lines if not any(one in line for one in trigrams.TABLES.values())) + "\n"


def _copy(source: IO[bytes], sink: IO[bytes], before: str) -> None:
    going = _send(sink, before.encode())
    while chunk := source.read(CHUNK):
        going = going and _send(sink, chunk)


def _send(sink: IO[bytes], data: bytes) -> bool:
    """False when nobody reads any more: psql stopped at an error, and tells it."""
    try:
        sink.write(data)
        sink.flush()
    except BrokenPipeError:
        return False
    return True


def _end(psql: "subprocess.Popen[bytes]") -> str:
    try:
        _, said = psql.communicate(timeout=600)
    except BrokenPipeError:
        said = psql.stderr.read() if psql.stderr else b""
        psql.wait()
    return said.decode(errors="replace")
