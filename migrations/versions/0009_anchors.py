"""Anchors of custody: a table that says which object is whose day's, and an index to find what has grown.

Revision 0009. It only adds: code of the revision before works beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custody_anchor",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("object_key", sa.String(length=101), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_custody_anchor"),
    )
    op.create_index("ix_custody_entry_at", "custody_entry", ["at"])


def downgrade() -> None:
    op.drop_index("ix_custody_entry_at", table_name="custody_entry")
    op.drop_table("custody_anchor")
