"""When the case of an assignment changed last, kept beside it: whoever is on many cases gets the newest without a look
at all of them.

Revision 0016. It only adds. Triggers keep the column, so that a version that does not know it goes on beside one that
does.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INDEX = "ix_case_assignment_account_id_case_changed_at_case_id"

FILL = """UPDATE case_assignment SET case_changed_at =
(SELECT changed_at FROM case_file WHERE case_file.id = case_assignment.case_id)"""

SQLITE_INSERT = """CREATE TRIGGER case_assignment_in_order AFTER INSERT ON case_assignment BEGIN
UPDATE case_assignment SET case_changed_at = (SELECT changed_at FROM case_file WHERE id = new.case_id)
WHERE case_id = new.case_id AND account_id = new.account_id;
END"""
SQLITE_UPDATE = """CREATE TRIGGER case_file_in_order AFTER UPDATE OF changed_at ON case_file BEGIN
UPDATE case_assignment SET case_changed_at = new.changed_at WHERE case_id = new.id;
END"""

POSTGRES_ON_INSERT = """CREATE FUNCTION case_assignment_in_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
SELECT changed_at INTO NEW.case_changed_at FROM case_file WHERE id = NEW.case_id;
RETURN NEW;
END $$"""
POSTGRES_INSERT = """CREATE TRIGGER case_assignment_in_order BEFORE INSERT ON case_assignment
FOR EACH ROW EXECUTE FUNCTION case_assignment_in_order()"""
POSTGRES_ON_UPDATE = """CREATE FUNCTION case_file_in_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
UPDATE case_assignment SET case_changed_at = NEW.changed_at WHERE case_id = NEW.id;
RETURN NULL;
END $$"""
POSTGRES_UPDATE = """CREATE TRIGGER case_file_in_order AFTER UPDATE OF changed_at ON case_file
FOR EACH ROW EXECUTE FUNCTION case_file_in_order()"""


def upgrade() -> None:
    op.add_column("case_assignment", sa.Column("case_changed_at", sa.DateTime(timezone=True)))
    if _is_sqlite():
        op.execute(SQLITE_INSERT)
        op.execute(SQLITE_UPDATE)
    else:
        op.execute(POSTGRES_ON_INSERT)
        op.execute(POSTGRES_INSERT)
        op.execute(POSTGRES_ON_UPDATE)
        op.execute(POSTGRES_UPDATE)
    op.execute(FILL)
    op.create_index(INDEX, "case_assignment", ["account_id", "case_changed_at", "case_id"])


def downgrade() -> None:
    if _is_sqlite():
        op.execute("DROP TRIGGER case_file_in_order")
        op.execute("DROP TRIGGER case_assignment_in_order")
    else:
        op.execute("DROP FUNCTION case_file_in_order CASCADE")
        op.execute("DROP FUNCTION case_assignment_in_order CASCADE")
    op.drop_index(INDEX, "case_assignment")
    op.drop_column("case_assignment", "case_changed_at")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
