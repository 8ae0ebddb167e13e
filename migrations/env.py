"""How Alembic reaches the records: one connection, one transaction for everything."""

from typing import Literal

from alembic import context
from sqlalchemy import text

from app.database import WRITE, make_engine
from models import Base
from models.base import UTCDateTime

LOCK = 5_370_141
"""Two starts at the same moment must not both upgrade the same PostgreSQL database."""


def _render(kind: str, item: object, autogen: object) -> str | Literal[False]:  # noqa: ARG001
    """Draft revisions without the models' own types: those may change, a revision may not."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


def run() -> None:
    engine = make_engine(context.config.attributes["url"])
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(**WRITE) as connection, connection.begin():
        if not sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            render_as_batch=sqlite,
            transactional_ddl=True,
            render_item=_render,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
