"""Cases, what is written into them, and custody: chains of entries that the database itself keeps from changing.

Revision 0005. It only adds, and everything it adds may be left out: code of the revision before works beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
KEY = sa.String(length=101)
KINDS = ("align", "render")
MORE_KINDS = (*KINDS, "photo", "export", "import", "bulletin")

SQLITE_UPDATE = """CREATE TRIGGER custody_entry_update BEFORE UPDATE ON custody_entry
BEGIN SELECT RAISE(ABORT, 'Entries of custody are never changed.'); END"""
SQLITE_DELETE = """CREATE TRIGGER custody_entry_delete BEFORE DELETE ON custody_entry
BEGIN SELECT RAISE(ABORT, 'Entries of custody are never removed.'); END"""
POSTGRES_FUNCTION = """CREATE FUNCTION custody_entry_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
RAISE EXCEPTION 'Entries of custody are never changed or removed.' USING ERRCODE = 'restrict_violation';
END $$"""
POSTGRES_ROWS = """CREATE TRIGGER custody_entry_stays BEFORE UPDATE OR DELETE ON custody_entry
FOR EACH ROW EXECUTE FUNCTION custody_entry_stays()"""
POSTGRES_TABLE = """CREATE TRIGGER custody_entry_stays_whole BEFORE TRUNCATE ON custody_entry
FOR EACH STATEMENT EXECUTE FUNCTION custody_entry_stays()"""


def upgrade() -> None:
    _custody()
    _cases()
    _written_into_cases()
    _about_people()
    _photos()
    with op.batch_alter_table("sketch") as sketch:
        sketch.add_column(sa.Column("case_id", sa.Uuid()))
        sketch.add_column(sa.Column("session_id", sa.Uuid()))
        sketch.create_foreign_key(op.f("fk_sketch_case_id"), "case_file", ["case_id"], ["id"])
        sketch.create_foreign_key(op.f("fk_sketch_session_id"), "witness_session", ["session_id"], ["id"])
        sketch.create_index("ix_sketch_case_id_created_at", ["case_id", "created_at"])
    _kinds(*MORE_KINDS)


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE kind NOT IN ('align', 'render')")
    _kinds(*KINDS)
    with op.batch_alter_table("sketch") as sketch:
        sketch.drop_index("ix_sketch_case_id_created_at")
        sketch.drop_constraint(op.f("fk_sketch_session_id"), type_="foreignkey")
        sketch.drop_constraint(op.f("fk_sketch_case_id"), type_="foreignkey")
        sketch.drop_column("session_id")
        sketch.drop_column("case_id")
    for table in (
        "real_photo", "notification", "saved_filter", "deletion_request", "emergency_access", "witness_session",
        "case_note", "case_assignment", "case_tag", "case_file", "sighting", "custody_entry", "custody_chain",
    ):  # fmt: skip
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION custody_entry_stays()")


def _custody() -> None:
    op.create_table(
        "custody_chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("kind", "agency", "case", "sketch"), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custody_chain"),
        sa.UniqueConstraint("kind", "subject_id", name="uq_custody_chain_kind_subject_id"),
    )
    op.create_table(
        "custody_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("object_kind", sa.String(length=24), nullable=False),
        sa.Column("object_id", sa.Uuid()),
        sa.Column("before", sa.String(length=64)),
        sa.Column("after", sa.String(length=64)),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["chain_id"], ["custody_chain.id"], name="fk_custody_entry_chain_id"),
        sa.PrimaryKeyConstraint("id", name="pk_custody_entry"),
        sa.UniqueConstraint("chain_id", "number", name="uq_custody_entry_chain_id_number"),
    )
    op.create_index("ix_custody_entry_object_id_at", "custody_entry", ["object_id", "at"])
    op.create_index("ix_custody_entry_actor_id_at", "custody_entry", ["actor_id", "at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_FUNCTION)
        op.execute(POSTGRES_ROWS)
        op.execute(POSTGRES_TABLE)
    else:
        op.execute(SQLITE_UPDATE)
        op.execute(SQLITE_DELETE)
    op.create_table(
        "sighting",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_sighting_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "object_id", "action", "quarter", name="pk_sighting"),
    )


def _cases() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("status", _one_of("status", "open", "published", "identified", "closed", "archived"), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("incident_on", sa.Date()),
        sa.Column("incident_place", sa.String(length=200), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("status_since", TIME, nullable=False),
        sa.Column("hold_reason", sa.String(length=500), nullable=False),
        sa.Column("hold_by", sa.Uuid()),
        sa.Column("hold_since", TIME),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_case_file_unit_id"),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name="fk_case_file_created_by"),
        sa.ForeignKeyConstraint(["hold_by"], ["account.id"], name="fk_case_file_hold_by"),
        sa.PrimaryKeyConstraint("id", name="pk_case_file"),
        sa.UniqueConstraint("number", name="uq_case_file_number"),
    )
    for column in ("unit_id", "status"):
        op.create_index(f"ix_case_file_{column}_changed_at_id", "case_file", [column, "changed_at", "id"])
    op.create_index("ix_case_file_changed_at_id", "case_file", ["changed_at", "id"])
    op.create_table(
        "case_tag",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("folded", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        _of_case("case_tag"),
        sa.PrimaryKeyConstraint("case_id", "folded", name="pk_case_tag"),
    )
    op.create_index("ix_case_tag_folded_case_id", "case_tag", ["folded", "case_id"])
    op.create_table(
        "case_assignment",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        _of_case("case_assignment"),
        _of_account("case_assignment"),
        sa.PrimaryKeyConstraint("case_id", "account_id", name="pk_case_assignment"),
    )
    op.create_index("ix_case_assignment_account_id", "case_assignment", ["account_id"])


def _written_into_cases() -> None:
    op.create_table(
        "case_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME),
        _of_case("case_note"),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name="fk_case_note_author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_note"),
    )
    op.create_index("ix_case_note_case_id_created_at", "case_note", ["case_id", "created_at"])
    op.create_table(
        "witness_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("artist", sa.String(length=200), nullable=False),
        sa.Column("drawn_on", sa.Date()),
        sa.Column("witness", sa.String(length=100), nullable=False),
        sa.Column("method", sa.String(length=100), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _of_case("witness_session"),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name="fk_witness_session_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_witness_session"),
        sa.UniqueConstraint("case_id", "number", name="uq_witness_session_case_id_number"),
    )


def _about_people() -> None:
    op.create_table(
        "emergency_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        _of_case("emergency_access"),
        _of_account("emergency_access"),
        sa.PrimaryKeyConstraint("id", name="pk_emergency_access"),
    )
    op.create_index("ix_emergency_access_account_id_ends_at", "emergency_access", ["account_id", "ends_at"])
    op.create_table(
        "deletion_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", TIME),
        sa.Column("approved", sa.Boolean()),
        sa.Column("finished_at", TIME),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name="fk_deletion_request_asked_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name="fk_deletion_request_decided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_deletion_request"),
    )
    op.create_index("ix_deletion_request_case_id_asked_at", "deletion_request", ["case_id", "asked_at"])
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _of_account("saved_filter"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filter"),
        sa.UniqueConstraint("account_id", "name", name="uq_saved_filter_account_id_name"),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("read_at", TIME),
        sa.Column("mail_due_at", TIME),
        sa.Column("mailed_at", TIME),
        sa.Column("mail_attempts", sa.Integer(), nullable=False),
        _of_account("notification"),
        sa.PrimaryKeyConstraint("id", name="pk_notification"),
    )
    op.create_index("ix_notification_account_id_created_at", "notification", ["account_id", "created_at"])
    op.create_index("ix_notification_mail_due_at", "notification", ["mail_due_at"])


def _photos() -> None:
    op.create_table(
        "real_photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("likeness_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("original_key", KEY, nullable=False),
        sa.Column("original_sha256", sa.String(length=64), nullable=False),
        sa.Column("original_mime", sa.String(length=64), nullable=False),
        sa.Column("original_size", sa.Integer(), nullable=False),
        sa.Column("clean_key", KEY, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("thumbnail_key", KEY, nullable=False),
        sa.Column("aligned_key", KEY),
        sa.Column("eyes", sa.JSON()),
        sa.Column("ssim", sa.Double()),
        sa.Column("cosine", sa.Double()),
        sa.Column("matcher_sha256", sa.String(length=64)),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("consent_note", sa.String(length=500), nullable=False),
        sa.Column("replaced_at", TIME),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["likeness_id"], ["likeness.id"], name="fk_real_photo_likeness_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name="fk_real_photo_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_real_photo"),
    )
    op.create_index("ix_real_photo_likeness_id", "real_photo", ["likeness_id"])


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=f"fk_{table}_case_id", ondelete="CASCADE")


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=f"fk_{table}_account_id", ondelete="CASCADE")


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
