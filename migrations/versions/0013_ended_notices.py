"""Public names that are never given out again, and what a CDN is still to be told.

Revision 0013. It adds two tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ended_slug",
        sa.Column("slug", sa.String(length=16), nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_ended_slug"),
    )
    op.create_table(
        "purge",
        sa.Column("slug", sa.String(length=16), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_purge"),
    )
    op.create_index("ix_purge_due_at", "purge", ["due_at"])


def downgrade() -> None:
    op.drop_table("purge")
    op.drop_table("ended_slug")
