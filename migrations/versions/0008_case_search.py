"""The numbers that cases were given, and in SQLite the index that searches cases by any three letters in a row.

Revision 0008. It only adds. Triggers keep the index, FTS5's trigrams. PostgreSQL's is no part of a revision, since it
needs an extension that may be missing (`app/trigrams.py`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DAYS = "ix_case_file_unit_id_changed_at_id_incident_on"

# A case's row has no number of its own that outlives a VACUUM, and the index knows rows by number only.
SQLITE_TABLE = """CREATE VIRTUAL TABLE case_search USING fts5(search_text, tokenize='trigram case_sensitive 1')"""
SQLITE_INSERT = """CREATE TRIGGER case_search_insert AFTER INSERT ON case_file BEGIN
INSERT INTO case_search_key (case_id) VALUES (new.id);
INSERT INTO case_search (rowid, search_text)
SELECT number, new.search_text FROM case_search_key WHERE case_id = new.id;
END"""
SQLITE_UPDATE = """CREATE TRIGGER case_search_update AFTER UPDATE OF search_text ON case_file
WHEN new.search_text IS NOT old.search_text BEGIN
UPDATE case_search SET search_text = new.search_text
WHERE rowid = (SELECT number FROM case_search_key WHERE case_id = new.id);
END"""
SQLITE_DELETE = """CREATE TRIGGER case_search_delete AFTER DELETE ON case_file BEGIN
DELETE FROM case_search WHERE rowid = (SELECT number FROM case_search_key WHERE case_id = old.id);
DELETE FROM case_search_key WHERE case_id = old.id;
END"""


def upgrade() -> None:
    op.create_table(
        "case_counter",
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_case_counter"),
    )
    op.create_index("ix_case_file_unit_id_status_changed_at_id", "case_file", ["unit_id", "status", "changed_at", "id"])
    op.create_index(DAYS, "case_file", ["unit_id", "changed_at", "id", "incident_on"])
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_index()


def _sqlite_index() -> None:
    op.create_table(
        "case_search_key",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_case_search_key"),
        sa.UniqueConstraint("case_id", name="uq_case_search_key_case_id"),
    )
    op.execute(SQLITE_TABLE)
    op.execute(SQLITE_INSERT)
    op.execute(SQLITE_UPDATE)
    op.execute(SQLITE_DELETE)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER case_search_{trigger}")
        op.drop_table("case_search")
        op.drop_table("case_search_key")
    op.drop_index(DAYS, "case_file")
    op.drop_index("ix_case_file_unit_id_status_changed_at_id", "case_file")
    op.drop_table("case_counter")
