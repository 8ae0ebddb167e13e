"""Viruses: clamd is asked about every file, by its INSTREAM protocol, where CLAMAV_URL says where it listens.

A file is opened piece by piece on its way there; nothing of it is written anywhere in clear. Protocol: clamd(8).
"""

import socket
import struct
import time
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.database import Database, transaction
from app.errors import AppError
from app.settings import Settings
from app.storage import ObjectStore, StorageUnavailable
from app.tips import opening
from models import Scan, TipFile, TipKey

log = structlog.get_logger(__name__)

PATIENCE = 150.0
"""Seconds for an answer: clamd gives one file two minutes (MaxScanTime)."""
KNOCK = 5.0
"""Seconds for it to take a connection."""
AT_ONCE, ROUND = 20, 60.0
"""Files in one round, and seconds after which no further one is begun: housekeeping has other things to do, and a file
can be made so that clamd thinks about it for minutes."""


class ScannerAway(OSError):
    """Nobody listens there."""


def scan_waiting(database: Database, store: ObjectStore, settings: Settings) -> int:
    """Ask about files that nobody has asked about yet; about how many. None are asked about without a scanner."""
    if settings.clamav_url is None:
        return 0
    with database.session(read_only=True) as db:
        query = select(TipFile.id).where(TipFile.scan == Scan.WAITING).join(TipKey, TipFile.key_id == TipKey.id)
        # What a key that is kept elsewhere would open waits until that comes.
        query = query.where(TipKey.secret_sealed.is_not(None)).order_by(TipFile.id).limit(AT_ONCE)
        waiting = list(db.scalars(query))
    began = time.monotonic()
    for asked, file_id in enumerate(waiting):
        if asked and time.monotonic() - began > ROUND:
            return asked
        try:
            with database.session() as db:
                _scan(db, store, settings, db.get_one(TipFile, file_id))
        except StorageUnavailable:
            raise  # it is asked again
        except NoResultFound:
            continue  # its case was deleted meanwhile
        except ScannerAway as error:
            log.warning("scanner_away", reason=str(error))
            return 0
    return len(waiting)


def _scan(db: Session, store: ObjectStore, settings: Settings, file: TipFile) -> None:
    try:
        with opening.open_file(db, settings, store, file) as (_facts, pieces):
            verdict = ask(str(settings.clamav_url), pieces)
    except StorageUnavailable:
        raise
    except AppError as error:  # it cannot be opened here: nobody can open it for the scanner
        log.warning("file_not_scanned", file=str(file.id), reason=type(error).__name__)
        verdict = Scan.FAILED
    with transaction(db):
        db.get_one(TipFile, file.id).scan = verdict
    log.info("file_scanned", file=str(file.id), verdict=str(verdict))


def ask(url: str, pieces: Iterable[bytes]) -> Scan:
    """What clamd at ``tcp://host:port`` or ``unix:///path`` says of these bytes: FAILED also where it says nothing, as
    of what is larger than its StreamMaxLength. Raises ScannerAway where nobody listens."""
    try:
        line = _connect(url)
    except OSError as error:
        raise ScannerAway(str(error) or type(error).__name__) from error
    with line:
        line.settimeout(PATIENCE)
        try:
            line.sendall(b"zINSTREAM\0")
            for piece in _cut(pieces):
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
            return _verdict(_answer(line))
        except (ConnectionError, TimeoutError):  # it hung up, or thinks for too long
            return Scan.FAILED


def _connect(url: str) -> socket.socket:
    place = urlsplit(url)
    if place.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(KNOCK)
        try:
            line.connect(place.path)
        except OSError:
            line.close()
            raise
        return line
    return socket.create_connection((place.hostname or "127.0.0.1", place.port or 3310), KNOCK)


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    yield from (piece for piece in pieces if piece)  # an empty one would end the stream


def _answer(line: socket.socket) -> str:
    data = b""
    while not data.endswith(b"\0") and len(data) < 4096:
        more = line.recv(4096)
        if not more:
            break
        data += more
    return data.rstrip(b"\0").decode("utf-8", "replace")


def _verdict(answer: str) -> Scan:
    if answer.endswith(" FOUND"):
        return Scan.INFECTED
    return Scan.CLEAN if answer == "stream: OK" else Scan.FAILED
