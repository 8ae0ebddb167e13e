"""Settings that are changed while the product runs, quotas, and what is needed to count by day.

Revision 0007. It only adds, and everything it adds may be left out: code of the revision before works beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
KEY = sa.String(length=101)
COUNTED = (
    ("job", ["kind", "created_at"]),
    ("job", ["owner_id", "created_at"]),
    ("sketch", ["created_at"]),
    ("likeness", ["created_at"]),
    ("case_file", ["created_at"]),
    ("emergency_access", ["begun_at"]),
    ("emergency_access", ["case_id", "begun_at"]),
)


def upgrade() -> None:
    op.create_table(
        "setting_section",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("object_key", KEY),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("changed_by", sa.Uuid()),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name="fk_setting_section_changed_by"),
        sa.PrimaryKeyConstraint("name", name="pk_setting_section"),
    )
    op.create_table(
        "quota",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid()),
        sa.Column("account_id", sa.Uuid()),
        sa.Column("renders_a_day", sa.Integer()),
        sa.Column("open_jobs", sa.Integer()),
        sa.Column("stored_bytes", sa.BigInteger()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.CheckConstraint("(unit_id IS NULL) <> (account_id IS NULL)", name=op.f("ck_quota_of_one")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_quota_unit_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_quota_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_quota"),
        sa.UniqueConstraint("unit_id", name="uq_quota_unit_id"),
        sa.UniqueConstraint("account_id", name="uq_quota_account_id"),
    )
    op.add_column("sketch", sa.Column("stored_size", sa.BigInteger()))
    op.add_column("likeness", sa.Column("stored_size", sa.BigInteger()))
    for table, columns in COUNTED:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def downgrade() -> None:
    for table, columns in COUNTED:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)
    op.drop_column("likeness", "stored_size")
    op.drop_column("sketch", "stored_size")
    op.drop_table("quota")
    op.drop_table("setting_section")
