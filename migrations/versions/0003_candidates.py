"""Several likenesses of one request, the colours they were told, and which of them was kept.

Revision 0003. It only adds, and everything it adds may be left out: code of revision 0002 works beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("likeness") as likeness:
        likeness.add_column(sa.Column("set_id", sa.Uuid()))
        likeness.add_column(sa.Column("candidate", sa.Integer()))
        likeness.add_column(sa.Column("appearance", sa.JSON()))
        likeness.add_column(sa.Column("varied", sa.JSON()))
        likeness.add_column(sa.Column("kept_at", TIME))
        likeness.add_column(sa.Column("kept_by", sa.Uuid()))
        likeness.create_foreign_key(op.f("fk_likeness_kept_by"), "account", ["kept_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("likeness") as likeness:
        likeness.drop_constraint(op.f("fk_likeness_kept_by"), type_="foreignkey")
        for name in ("kept_by", "kept_at", "varied", "appearance", "candidate", "set_id"):
            likeness.drop_column(name)
