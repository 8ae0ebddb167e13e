"""Marking what a CDN keeps of a notice's pages as out of date, in the transaction that changes them.

`app.notices.purge` tells it; nothing that is withdrawn waits for that.
"""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.database import clock
from models import Purge


def mark(db: Session, slug: str) -> None:
    """Have the addresses of this notice dropped where they are kept."""
    now = clock(db)
    fresh = {"since": now, "due_at": now, "attempts": 0, "answer": ""}
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    marked = insert(Purge).values(slug=slug, **fresh)
    db.execute(marked.on_conflict_do_update(index_elements=["slug"], set_=fresh))
