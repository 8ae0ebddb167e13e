"""What custody costs: ``python -m benchmarks.custody [DATABASE_URL]``, of an empty database; else of a file of its own.

A change is timed with its entry and without, turn by turn so that a busy machine slows both down alike; then a chain
of many entries is verified.
"""

import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import structlog
from sqlalchemy.orm import Session

from app import custody
from app.custody.verifying import Report, snapshot, verify
from app.database import Database, transaction, upgrade
from app.studio import service
from benchmarks.rss import resident_mb
from models import Account, Role, Sketch

ROUNDS, ENTRIES, BATCH = 300, 100_000, 1000


def main(arguments: list[str]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    with tempfile.TemporaryDirectory() as folder:
        url = arguments[0] if arguments else f"sqlite:///{Path(folder) / 'records.db'}"
        upgrade(url)
        database = Database(url)
        with database.session() as db:
            _changes(db)
            _fill(db)
        _verify(database)
        database.close()


def _changes(db: Session) -> None:
    account, sketch = _sketch(db)
    with_, without = [], []
    for number in range(ROUNDS):
        with_.append(_ms(lambda: service.rename(db, account, sketch, f"With {number}")))  # noqa: B023
        with mock.patch.object(custody, "record"):
            without.append(_ms(lambda: service.rename(db, account, sketch, f"Without {number}")))  # noqa: B023
    one, other = statistics.median(with_), statistics.median(without)
    print(f"renaming a sketch: {one:.2f} ms with its entry, {other:.2f} ms without (median of {ROUNDS})")


def _ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _sketch(db: Session) -> tuple[Account, Sketch]:
    account = Account(email="person@example.org", name="Person 1")
    account.set_roles([Role.INVESTIGATOR])
    with transaction(db):
        db.add(account)
        db.flush()
        sketch_id, key = uuid.uuid4(), f"{account.id}/{'0' * 64}"
        sketch = Sketch(id=sketch_id, lineage_id=sketch_id, owner_id=account.id, version=1)
        sketch.title, sketch.file_name = "T", "t.png"
        sketch.original_key = sketch.clean_key = sketch.thumbnail_key = key
        sketch.original_sha256, sketch.original_mime, sketch.original_size = "0" * 64, "image/png", 1
        sketch.width = sketch.height = 64
        db.add(sketch)
    return account, sketch


def _fill(db: Session) -> None:
    chain = custody.of_case(uuid.uuid4())
    thing, digest = custody.Thing("case", chain.subject_id), custody.digest("something")
    began = time.perf_counter()
    for _ in range(ENTRIES // BATCH):
        with transaction(db):
            for _ in range(BATCH):
                custody.record(db, chain, custody.OPERATOR, "case.status", thing, after=digest, now="closed")
        db.expunge_all()
    speed = ENTRIES / (time.perf_counter() - began)
    print(f"appending {ENTRIES:,} entries, {BATCH:,} a transaction: {speed:,.0f} a second")


def _verify(database: Database) -> None:
    report = Report()
    with snapshot(database) as connection:
        before, began = resident_mb(), time.perf_counter()
        verify(connection, report)
        speed = report.entries / (time.perf_counter() - began)
    assert report.good
    print(f"verifying: {speed:,.0f} entries a second; memory grew by {resident_mb() - before:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
