"""Which notifications a person wants by e-mail as well.

Revision 0011. It only adds, and what it adds may be left out: code of the revision before works beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("mail_kinds", sa.JSON()))


def downgrade() -> None:
    op.drop_column("account", "mail_kinds")
