"""Why a migration did not run through."""

from sqlalchemy.exc import SQLAlchemyError


class MigrationBlocked(SQLAlchemyError):
    """Somebody uses a table for longer than a migration waits; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            "Another transaction holds a table for too long, so the migration stood back and nothing was changed. "
            "Run it again; if it happens again, end the oldest transaction that pg_stat_activity lists."
        )
