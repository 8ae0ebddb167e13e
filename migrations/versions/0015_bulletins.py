"""Posters of what is published.

Revision 0015. It adds tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
KEY = sa.String(length=101)


def upgrade() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("format", _one_of("format", "pdf", "png"), nullable=False),
        sa.Column("paper", sa.String(length=16), nullable=False),
        sa.Column("languages", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("dots", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("made_at", TIME),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("mime", sa.String(length=32), nullable=False),
        sa.Column("sheets", sa.Integer()),
        sa.Column("lacks_font", sa.Boolean(), nullable=False),
        sa.Column("key", KEY),
        sa.Column("preview_key", KEY),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("size", sa.BigInteger()),
        sa.Column("expires_at", TIME),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_bulletin_job_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name="fk_bulletin_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin"),
        sa.UniqueConstraint("job_id", name="uq_bulletin_job_id"),
    )
    op.create_index("ix_bulletin_asked_at", "bulletin", ["asked_at"])
    op.create_index("ix_bulletin_expires_at", "bulletin", ["expires_at"])
    _parts()


def _parts() -> None:
    table = "bulletin_publication"
    op.create_table(
        table,
        sa.Column("bulletin_id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=f"fk_{table}_bulletin_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=f"fk_{table}_publication_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulletin_id", "publication_id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_publication_id", table, ["publication_id"])


def downgrade() -> None:
    op.drop_table("bulletin_publication")
    op.drop_table("bulletin")


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, native_enum=False, length=16, create_constraint=True, name=name)
