"""Notices as they are worked on, and their publications; jobs that make pictures and bulletins of them.

Revision 0012. It adds tables, and lets a job be of more kinds.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
KINDS = ("align", "render", "photo", "export", "import")
MORE_KINDS = (*KINDS, "notice", "bulletin")


def upgrade() -> None:
    _notices()
    _publications()
    _kinds(*MORE_KINDS)


def downgrade() -> None:
    for table in ("publication_file", "publication", "notice_decision", "notice_file", "notice"):
        op.drop_table(table)
    op.execute("DELETE FROM job WHERE kind IN ('notice', 'bulletin')")
    _kinds(*KINDS)


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=16), nullable=False),
        sa.Column("stage", _one_of("stage", "draft", "submitted", "approved"), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Uuid()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("submitted_at", TIME),
        sa.Column("submitted_by", sa.Uuid()),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_notice_case_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_notice_job_id"),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name="fk_notice_created_by"),
        sa.ForeignKeyConstraint(["submitted_by"], ["account.id"], name="fk_notice_submitted_by"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("slug", name="uq_notice_slug"),
    )
    op.create_index("ix_notice_case_id_created_at", "notice", ["case_id", "created_at"])
    op.create_index("ix_notice_stage_changed_at", "notice", ["stage", "changed_at"])
    _files("notice_file", "notice", sa.Column("revision", sa.Integer(), nullable=False))
    op.create_table(
        "notice_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_notice_decision_notice_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_notice_decision_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_decision"),
        sa.UniqueConstraint("notice_id", "revision", name="uq_notice_decision_notice_id_revision"),
    )


def _publications() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("category", _one_of("category", "suspect", "witness", "missing", "unidentified"), nullable=False),
        sa.Column("area_folded", sa.String(length=200), nullable=False),
        sa.Column("happened_on", sa.Date()),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("published_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("ended_why", _one_of("ended_why", "corrected", "withdrawn", "identified", "expired")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_publication_notice_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sa.UniqueConstraint("notice_id", "version", name="uq_publication_notice_id_version"),
    )
    for columns in (
        ["slug", "version"],
        ["ended_at", "published_at", "id"],
        ["category", "ended_at", "published_at"],
        ["area_folded", "ended_at", "published_at"],
        ["ended_at", "expires_at"],
    ):
        op.create_index(f"ix_publication_{'_'.join(columns)}", "publication", columns)
    _files("publication_file", "publication")


def _files(table: str, parent: str, *more: "sa.Column[Any]") -> None:
    """Pictures of a notice, or of a publication."""
    own = [parent + "_id", *(column.name for column in more)]
    names = [*own, "position", "language", "use", "width", "mime"]
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(f"{parent}_id", sa.Uuid(), nullable=False),
        *more,
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("use", _one_of("use", "signed", "view", "share"), nullable=False),
        sa.Column("mime", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("perceptual_hash", sa.String(length=64)),
        sa.Column("key", sa.String(length=101), nullable=False),
        sa.ForeignKeyConstraint([f"{parent}_id"], [f"{parent}.id"], name=f"fk_{table}_{parent}_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint(*names, name=f"uq_{table}_picture"),
    )


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, native_enum=False, length=16, create_constraint=True, name=name)


def _kinds(*words: str) -> None:
    """Let a job be of one of these."""
    name = op.f("ck_job_kind")
    allowed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("job", recreate="auto") as job:
        if op.get_bind().dialect.name != "sqlite":  # there the table is copied, and checks are not
            job.drop_constraint(name, type_="check")
        job.create_check_constraint(name, f"kind IN ({allowed})")
