"""How long tips of no case are kept, and what stays of one that went; the text that a search of notices compares, and
in SQLite the indexes that search notices and publications by any three letters in a row.

Revision 0017. It only adds. Triggers keep the indexes, FTS5's trigrams, as revision 0008 does for cases. PostgreSQL's
are no part of a revision, since they need an extension that may be missing (`app/trigrams.py`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# As those of revision 0014: what the forms' role may ask, by the receipt alone.
ENDED = """CREATE FUNCTION ended_tip_of_receipt(wanted text)
RETURNS TABLE (secret_hash varchar, ended_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT ended_tip.secret_hash, ended_tip.ended_at FROM ended_tip WHERE ended_tip.receipt = wanted
$$"""

NOTICE_TABLE = """CREATE VIRTUAL TABLE notice_search USING fts5(search_text, tokenize='trigram case_sensitive 1')"""
NOTICE_INSERT = """CREATE TRIGGER notice_search_insert AFTER INSERT ON notice BEGIN
INSERT INTO notice_search_key (notice_id) VALUES (new.id);
INSERT INTO notice_search (rowid, search_text)
SELECT number, new.search_text FROM notice_search_key WHERE notice_id = new.id;
END"""
NOTICE_UPDATE = """CREATE TRIGGER notice_search_update AFTER UPDATE OF search_text ON notice
WHEN new.search_text IS NOT old.search_text BEGIN
UPDATE notice_search SET search_text = new.search_text
WHERE rowid = (SELECT number FROM notice_search_key WHERE notice_id = new.id);
END"""
NOTICE_DELETE = """CREATE TRIGGER notice_search_delete AFTER DELETE ON notice BEGIN
DELETE FROM notice_search WHERE rowid = (SELECT number FROM notice_search_key WHERE notice_id = old.id);
DELETE FROM notice_search_key WHERE notice_id = old.id;
END"""
NOTICE_KEYS = """INSERT INTO notice_search_key (notice_id) SELECT id FROM notice"""
NOTICE_TEXTS = """INSERT INTO notice_search (rowid, search_text)
SELECT k.number, n.search_text FROM notice_search_key k JOIN notice n ON n.id = k.notice_id"""

PUBLICATION_TABLE = (
    """CREATE VIRTUAL TABLE publication_search USING fts5(search_text, tokenize='trigram case_sensitive 1')"""
)
PUBLICATION_INSERT = """CREATE TRIGGER publication_search_insert AFTER INSERT ON publication BEGIN
INSERT INTO publication_search_key (publication_id) VALUES (new.id);
INSERT INTO publication_search (rowid, search_text)
SELECT number, new.search_text FROM publication_search_key WHERE publication_id = new.id;
END"""
PUBLICATION_UPDATE = """CREATE TRIGGER publication_search_update AFTER UPDATE OF search_text ON publication
WHEN new.search_text IS NOT old.search_text BEGIN
UPDATE publication_search SET search_text = new.search_text
WHERE rowid = (SELECT number FROM publication_search_key WHERE publication_id = new.id);
END"""
PUBLICATION_DELETE = """CREATE TRIGGER publication_search_delete AFTER DELETE ON publication BEGIN
DELETE FROM publication_search WHERE rowid = (SELECT number FROM publication_search_key WHERE publication_id = old.id);
DELETE FROM publication_search_key WHERE publication_id = old.id;
END"""
PUBLICATION_KEYS = """INSERT INTO publication_search_key (publication_id) SELECT id FROM publication"""
PUBLICATION_TEXTS = """INSERT INTO publication_search (rowid, search_text)
SELECT k.number, p.search_text FROM publication_search_key k JOIN publication p ON p.id = k.publication_id"""


def upgrade() -> None:
    op.add_column("tip", sa.Column("state_since", TIME))
    op.create_table(
        "tip_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", _one_of("state", "new", "in_review", "useful", "closed", "spam"), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name="fk_tip_policy_set_by"),
        sa.PrimaryKeyConstraint("id", name="pk_tip_policy"),
        sa.UniqueConstraint("state", name="uq_tip_policy_state"),
    )
    op.create_table(
        "ended_tip",
        sa.Column("receipt", sa.String(length=12), nullable=False),
        sa.Column("secret_hash", sa.String(length=200), nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("receipt", name="pk_ended_tip"),
    )
    op.add_column("notice", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(ENDED)
    else:
        _notices()
        _publications()


def _notices() -> None:
    _keys("notice")
    op.execute(NOTICE_TABLE)
    op.execute(NOTICE_INSERT)
    op.execute(NOTICE_UPDATE)
    op.execute(NOTICE_DELETE)
    op.execute(NOTICE_KEYS)
    op.execute(NOTICE_TEXTS)


def _publications() -> None:
    _keys("publication")
    op.execute(PUBLICATION_TABLE)
    op.execute(PUBLICATION_INSERT)
    op.execute(PUBLICATION_UPDATE)
    op.execute(PUBLICATION_DELETE)
    op.execute(PUBLICATION_KEYS)
    op.execute(PUBLICATION_TEXTS)


def _keys(table: str) -> None:
    """A row has no number of its own that outlives a VACUUM, and the index knows rows by number only."""
    op.create_table(
        f"{table}_search_key",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(f"{table}_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=f"pk_{table}_search_key"),
        sa.UniqueConstraint(f"{table}_id", name=f"uq_{table}_search_key_{table}_id"),
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ended_tip_of_receipt(text)")
    else:
        for table in ("publication", "notice"):
            for trigger in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_search_{trigger}")
            op.drop_table(f"{table}_search")
            op.drop_table(f"{table}_search_key")
    op.drop_column("notice", "search_text")
    op.drop_table("ended_tip")
    op.drop_table("tip_policy")
    op.drop_column("tip", "state_since")


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, native_enum=False, length=16, create_constraint=True, name=name)
