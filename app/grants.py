"""Rights of the application's roles on PostgreSQL, where the tables belong to another role.

Triggers refuse to change entries of custody, and who owns a table can drop its triggers. So the application works as a
role that owns nothing: ``python -m app.database grants ROLE``, by the owner, after each migration. A surface of the
public that runs apart has a role of its own that can do little: ``... grants ROLE --surface tips``.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, inspect, text

from app.errors import AppError
from app.public import rights as public
from app.tips import rights as tips
from imaging.words import N_

KEPT = {
    "custody_entry": "SELECT, INSERT",
    "custody_anchor": "SELECT, INSERT",
    "custody_chain": "SELECT, INSERT, UPDATE",
}
"""Tables from which nothing is ever removed."""
READ = {"alembic_version": "SELECT"}
ALL = "SELECT, INSERT, UPDATE, DELETE"
SURFACES = {"public": public.RIGHTS, "tips": tips.RIGHTS}
"""Surfaces that need less than the application: the rights of each, one statement apiece."""
FUNCTIONS = tips.FUNCTIONS
"""Functions that do what their owner may, so that nobody else may call them."""


def grant(connection: Connection, role: str, surface: str = "staff") -> int:
    """Give the role what the application, or one surface of it, needs and no more, in the caller's transaction; of how
    many tables. Raises AppError."""
    if connection.dialect.name != "postgresql":
        raise AppError(N_("Only PostgreSQL knows roles. On SQLite whoever may write the file may do everything."))
    _check(connection, role)
    tables = inspect(connection).get_table_names("public")
    for statement in _statements(connection, role, tables, surface):
        connection.execute(text(statement))
    return len(tables)


def _check(connection: Connection, role: str) -> None:
    found = connection.execute(
        text("SELECT rolsuper, pg_has_role(:role, tableowner, 'MEMBER') FROM pg_roles, pg_tables "
             "WHERE rolname = :role AND schemaname = 'public' AND tablename = 'custody_entry'"),
        {"role": role},
    ).one_or_none()  # fmt: skip
    if found is None:
        raise AppError(N_("There is no role %(role)s, or no tables yet: make the role and upgrade first."), role=role)
    if any(found):
        raise AppError(
            N_("%(role)s is a superuser or owns the tables, so nothing can be kept from it. Name another role."),
            role=role,
        )


def _statements(connection: Connection, role: str, tables: list[str], surface: str) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote
    who = quote(role)
    yield f"REVOKE CREATE ON SCHEMA public FROM {who}, PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {who}"
    for table in tables:
        yield f"REVOKE ALL ON {quote(table)} FROM {who}, PUBLIC"
        if surface == "staff":
            yield f"GRANT {(KEPT | READ).get(table, ALL)} ON {quote(table)} TO {who}"
    yield f"REVOKE ALL ON FUNCTION {FUNCTIONS} FROM {who}, PUBLIC"
    rights = SURFACES.get(surface, (f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO {{role}}",))
    yield from (statement.format(role=who) for statement in rights)
