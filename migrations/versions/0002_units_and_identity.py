"""Units, second factors, Firebase accounts, requests that may come twice.

Revision 0002. It only adds, and everything it adds may be left out: code of revision 0001 works beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
PURPOSE = "purpose"


def upgrade() -> None:
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("name", name="uq_unit_name"),
    )
    op.create_table(
        "account_unit",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_unit_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_account_unit_unit_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "unit_id", name="pk_account_unit"),
    )
    op.create_index("ix_account_unit_unit_id", "account_unit", ["unit_id"])
    op.create_table(
        "idempotent_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_idempotent_request_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_idempotent_request"),
        sa.UniqueConstraint("account_id", "key", name="uq_idempotent_request_account_id_key"),
    )
    op.create_index("ix_idempotent_request_created_at", "idempotent_request", ["created_at"])
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("totp_secret", sa.String(length=255)))
        account.add_column(sa.Column("totp_confirmed_at", TIME))
        account.add_column(sa.Column("totp_last_step", sa.BigInteger()))
        account.add_column(sa.Column("firebase_uid", sa.String(length=128)))
        account.add_column(sa.Column("claims_due_at", TIME))
        account.create_unique_constraint(op.f("uq_account_firebase_uid"), ["firebase_uid"])
    with op.batch_alter_table("sign_in_session") as session:
        session.add_column(sa.Column("confirmed_at", TIME))
        session.add_column(sa.Column("vouched_at", TIME))
    with op.batch_alter_table("sketch") as sketch:
        sketch.add_column(sa.Column("unit_id", sa.Uuid()))
        sketch.create_foreign_key(op.f("fk_sketch_unit_id"), "unit", ["unit_id"], ["id"])
        sketch.create_index("ix_sketch_unit_id_created_at", ["unit_id", "created_at"])
    _purposes("first_admin", "set_password", "invitation")


def downgrade() -> None:
    op.execute("DELETE FROM one_time_link WHERE purpose = 'invitation'")
    _purposes("first_admin", "set_password")
    with op.batch_alter_table("sketch") as sketch:
        sketch.drop_index("ix_sketch_unit_id_created_at")
        sketch.drop_constraint(op.f("fk_sketch_unit_id"), type_="foreignkey")
        sketch.drop_column("unit_id")
    with op.batch_alter_table("sign_in_session") as session:
        session.drop_column("vouched_at")
        session.drop_column("confirmed_at")
    with op.batch_alter_table("account") as account:
        account.drop_constraint(op.f("uq_account_firebase_uid"), type_="unique")
        for name in ("claims_due_at", "firebase_uid", "totp_last_step", "totp_confirmed_at", "totp_secret"):
            account.drop_column(name)
    op.drop_table("idempotent_request")
    op.drop_table("account_unit")
    op.drop_table("unit")


def _purposes(*words: str) -> None:
    """Let a link be for one of these."""
    name = op.f("ck_one_time_link_purpose")
    allowed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("one_time_link", recreate="auto") as link:
        if op.get_bind().dialect.name != "sqlite":  # there the table is copied, and checks are not
            link.drop_constraint(name, type_="check")
        link.create_check_constraint(name, f"purpose IN ({allowed})")
