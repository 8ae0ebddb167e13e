"""``python -m tests.backup.busy_process``: takes in one sketch after the other, and tells each."""

import itertools

from sqlalchemy import select

from app.database import Database
from app.settings import Settings
from app.storage import open_store
from app.studio import service
from models import Account
from tests.app.drawings import drawing_jpeg

if __name__ == "__main__":
    settings = Settings.from_env()
    store = open_store(settings)
    for number in itertools.count(100):
        with Database(settings.database_url).session() as db:
            owner = db.scalars(select(Account)).one()
            service.create_sketch(db, store, owner, drawing_jpeg(number), f"{number}.jpg")
        print(number, flush=True)
