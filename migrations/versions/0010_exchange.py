"""Cases that leave as files and come in from them; how long cases are kept, and the objects that are to go.

Revision 0010. It only adds tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
KEY = sa.String(length=101)
SHA256 = sa.String(length=64)


def upgrade() -> None:
    _exports()
    _imports()
    _retention()


def downgrade() -> None:
    for table in (
        "object_removal", "retention_policy", "imported_author", "foreign_chain", "case_import", "case_export",
    ):  # fmt: skip
        op.drop_table(table)
    op.execute("DELETE FROM job WHERE kind IN ('export', 'import')")


def _exports() -> None:
    op.create_table(
        "case_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("format", _one_of("format", "zip", "pdf"), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("paper", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("made_at", TIME),
        sa.Column("key", KEY),
        sa.Column("sha256", SHA256),
        sa.Column("size", sa.BigInteger()),
        sa.Column("expires_at", TIME),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_export_case_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_case_export_job_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name="fk_case_export_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_case_export"),
        sa.UniqueConstraint("job_id", name="uq_case_export_job_id"),
    )
    op.create_index("ix_case_export_case_id_asked_at", "case_export", ["case_id", "asked_at"])
    op.create_index("ix_case_export_expires_at", "case_export", ["expires_at"])


def _imports() -> None:
    op.create_table(
        "case_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("key", KEY),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("case_id", sa.Uuid()),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_case_import_job_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_case_import_unit_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name="fk_case_import_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_case_import"),
        sa.UniqueConstraint("job_id", name="uq_case_import_job_id"),
    )
    op.create_index("ix_case_import_asked_by_asked_at", "case_import", ["asked_by", "asked_at"])
    op.create_table(
        "foreign_chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("head", SHA256, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_foreign_chain"),
        sa.UniqueConstraint("case_id", "number", name="uq_foreign_chain_case_id_number"),
    )
    op.create_table(
        "imported_author",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_imported_author_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", name="pk_imported_author"),
    )
    op.create_index("ix_imported_author_case_id", "imported_author", ["case_id"])


def _retention() -> None:
    statuses = ("open", "published", "identified", "closed", "archived")
    op.create_table(
        "retention_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", _one_of("status", *statuses), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("proposal", _one_of("proposal", "archive", "delete"), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name="fk_retention_policy_set_by"),
        sa.PrimaryKeyConstraint("id", name="pk_retention_policy"),
        sa.UniqueConstraint("status", name="uq_retention_policy_status"),
    )
    op.create_table(
        "object_removal",
        sa.Column("key", KEY, nullable=False),
        sa.Column("deletion_id", sa.Uuid()),
        sa.Column("since", TIME, nullable=False),
        sa.ForeignKeyConstraint(["deletion_id"], ["deletion_request.id"], name="fk_object_removal_deletion_id"),
        sa.PrimaryKeyConstraint("key", name="pk_object_removal"),
    )
    op.create_index("ix_object_removal_deletion_id", "object_removal", ["deletion_id"])


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, native_enum=False, length=16, create_constraint=True, name=name)
