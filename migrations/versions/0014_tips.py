"""Tips of the public: keys, tips, messages and files; on PostgreSQL the two questions that the forms' role may ask.

Revision 0014. It only adds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# The forms' role reads no table of tips. It may ask for one tip, by its receipt, as whoever owns the tables would
# (`app/grants.py` says which roles may).
FIND = """CREATE FUNCTION tip_of_receipt(wanted text)
RETURNS TABLE (id uuid, receipt varchar, secret_hash varchar, reply_key bytea, received_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT tip.id, tip.receipt, tip.secret_hash, tip.reply_public, tip.received_at FROM tip WHERE tip.receipt = wanted
$$"""
LETTERS = """CREATE FUNCTION tip_letters(wanted text)
RETURNS TABLE ("position" int, author varchar, written_at timestamptz, sealed_for_sender bytea, files bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT m."position", m.author, m.written_at, m.sealed_for_sender,
(SELECT count(*) FROM tip_file f WHERE f.message_id = m.id)
FROM tip_message m JOIN tip ON tip.id = m.tip_id WHERE tip.receipt = wanted ORDER BY m."position", m.written_at, m.id
$$"""


def upgrade() -> None:
    op.create_table(
        "tip_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("retired_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_tip_key"),
        sa.UniqueConstraint("public", name="uq_tip_key_public"),
    )
    _tips()
    _messages()
    _files()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FIND)
        op.execute(LETTERS)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION tip_letters(text)")
        op.execute("DROP FUNCTION tip_of_receipt(text)")
    for table in ("tip_file", "tip_message", "tip", "tip_key"):
        op.drop_table(table)


def _tips() -> None:
    states = _one_of("state", "new", "in_review", "useful", "closed", "spam")
    op.create_table(
        "tip",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("kind", "tip", "this_is_me", "wrong"), nullable=False),
        sa.Column("receipt", sa.String(length=12), nullable=False),
        sa.Column("secret_hash", sa.String(length=200), nullable=False),
        sa.Column("reply_public", sa.LargeBinary(), nullable=False),
        sa.Column("notice_slug", sa.String(length=16)),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("state", states, nullable=False, server_default="new"),
        sa.Column("seen", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("noted_at", TIME),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("merged_into", sa.Uuid()),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_tip_case_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["merged_into"], ["tip.id"], name="fk_tip_merged_into", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_tip"),
        sa.UniqueConstraint("receipt", name="uq_tip_receipt"),
    )
    for columns in (
        ["state", "received_at", "id"],
        ["notice_slug", "state"],
        ["case_id", "received_at"],
        ["merged_into"],
    ):
        op.create_index(f"ix_tip_{'_'.join(columns)}", "tip", columns)


def _messages() -> None:
    op.create_table(
        "tip_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("author", _one_of("author", "sender", "agency"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("noted_at", TIME),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_for_sender", sa.LargeBinary()),
        sa.Column("by_id", sa.Uuid()),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name="fk_tip_message_tip_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["key_id"], ["tip_key.id"], name="fk_tip_message_key_id"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_tip_message_by_id"),
        sa.CheckConstraint(
            "(author = 'agency') = (by_id IS NOT NULL) AND (author = 'agency') = (sealed_for_sender IS NOT NULL)",
            name=op.f("ck_tip_message_reply"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tip_message"),
    )
    op.create_index("ix_tip_message_tip_id_position", "tip_message", ["tip_id", "position"])
    op.create_index("ix_tip_message_noted_at", "tip_message", ["noted_at"])


def _files() -> None:
    op.create_table(
        "tip_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_facts", sa.LargeBinary(), nullable=False),
        sa.Column("object_key", sa.String(length=101), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column(
            "scan", _one_of("scan", "waiting", "clean", "infected", "failed"), nullable=False, server_default="waiting"
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name="fk_tip_file_tip_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["tip_message.id"], name="fk_tip_file_message_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["key_id"], ["tip_key.id"], name="fk_tip_file_key_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tip_file"),
    )
    for columns in (["tip_id"], ["message_id", "position"], ["scan"]):
        op.create_index(f"ix_tip_file_{'_'.join(columns)}", "tip_file", columns)


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, native_enum=False, length=16, create_constraint=True, name=name)
