"""The language that a person chose, and the reasons of jobs in a form that can be told in any language.

Revision 0004. It only adds, and everything it adds may be left out: code of revision 0003 works beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("language", sa.String(16)))
    op.add_column("job", sa.Column("reason_parts", sa.JSON()))


def downgrade() -> None:
    op.drop_column("job", "reason_parts")
    op.drop_column("account", "language")
