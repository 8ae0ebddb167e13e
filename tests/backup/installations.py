"""A whole installation for tests of back-ups: its records and objects, and the operator's commands on it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from app.backup.postgres import OTHERS
from app.database import Database
from app.settings import Settings
from app.station import Station
from app.storage import open_store
from app.studio import service
from app.sweep import named_keys
from app.workers import register
from models import Account, Likeness, Sketch
from tests.app.drawings import drawing_jpeg
from tests.app.renderers import CAPABILITIES, QuickRenderer
from tests.people import add_person
from tests.servers import wait_until

Command = Callable[..., tuple[int, str]]


@dataclass
class Installation:
    """One installation with what a test does to it from outside."""

    settings: Settings
    environ: dict[str, str]
    command: Command

    def backup(self, *options: str) -> Path:
        """Make a back-up; its path."""
        code, said = self.command("create", "--to", str(self.settings.var.parent / "kept"), *options)
        assert code == 0, said
        return Path(said.splitlines()[0].rpartition(" (")[0])

    def open(self) -> Database:
        return Database(self.settings.database_url)

    def fill(self, drawings: int = 2) -> None:
        """A person with sketches, and a likeness of each."""
        database, store = self.open(), open_store(self.settings)
        with database.session() as db:
            register(db, "here", "1", CAPABILITIES)
            owner = add_person(db, "person1@example.org", "Person 1")
            for number in range(1, drawings + 1):
                sketch = service.create_sketch(db, store, owner, drawing_jpeg(number), f"{number}.jpg")
                service.request_render(db, owner, sketch, engine="pix2pix")
            worker = register(db, "here", "1", CAPABILITIES)
        Station(self.settings, database, store, QuickRenderer(), worker).drain(wait=True)
        database.close()

    def add(self, name: str) -> Sketch:
        """One more sketch, of the only account."""
        database = self.open()
        with database.session() as db:
            owner = db.scalars(select(Account)).one()
            sketch = service.create_sketch(db, open_store(self.settings), owner, drawing_jpeg(7), name)
        database.close()
        return sketch

    def wait_alone(self) -> None:
        """Wait until a server has noticed that a killed process is gone."""
        database = self.open()
        if database.engine.dialect.name == "postgresql":
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                wait_until(lambda: connection.execute(OTHERS).scalar_one() == 0, 60, "the end of its connections")
        database.close()

    def wipe(self) -> None:
        """Lose the records, and in a folder the objects."""
        database = self.open()
        if database.engine.dialect.name == "sqlite":
            Path(str(database.engine.url.database)).unlink()
        else:
            with database.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
        database.close()
        store = open_store(self.settings)
        for kept in list(store.objects()):
            store.remove(kept)

    def content(self) -> dict[str, object]:
        """Every key with its bytes' sha256, and counts of rows."""
        database, store = self.open(), open_store(self.settings)
        with database.session() as db:
            keys = {key: hashlib.sha256(store.get(key)).hexdigest() for key in named_keys(db)}
            tables = (Account, Sketch, Likeness)
            counts = {table.__name__: db.scalar(select(func.count()).select_from(table)) for table in tables}
        database.close()
        return {**keys, **counts}
