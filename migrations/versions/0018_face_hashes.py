"""A hash of the face in a published picture, by which a cropped copy is known again.

Revision 0018. It adds two columns, empty until a worker has looked at the pictures that are there already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("notice_file", "publication_file"):
        op.add_column(table, sa.Column("face_hash", sa.String(length=64)))


def downgrade() -> None:
    for table in ("publication_file", "notice_file"):
        op.drop_column(table, "face_hash")
