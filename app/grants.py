"""Rights of the application's roles on PostgreSQL, where the tables belong to another role.

Triggers refuse to change entries of custody, and who owns a table can drop its triggers. So the application works as a
role that owns nothing: ``python -m app.database grants ROLE``, by the owner, after each migration. A surface of the
public works as one that can do next to nothing: ``... grants ROLE --surface public`` or ``tips``.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, inspect, text

from app.errors import AppError
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
SURFACES = {
    # Of the settings, what pages are drawn with; not who changed them.
    "public": {
        **READ,
        "ended_slug": "SELECT",
        "publication": "SELECT",
        "publication_file": "SELECT",
        "setting_section": 'SELECT (name, "values", object_key)',
    },
    "tips": {**READ, **tips.RIGHTS},
}
"""All that the role of a surface may do, by table. What it does not name is out of its reach."""
FUNCTIONS = {None: tips.FUNCTIONS, "tips": tips.FUNCTIONS}
"""Functions that do what their owner may, by the surface whose role may call them; nobody else may."""


def grant(connection: Connection, role: str, surface: str | None = None) -> int:
    """Give the role what the application needs and no more, or what this surface of it needs, in the caller's
    transaction; on how many tables. Raises AppError."""
    check_knows_roles(connection)
    _check(connection, role, surface)
    tables = inspect(connection).get_table_names("public")
    rights = {table: (KEPT | READ).get(table, ALL) for table in tables}
    if surface is not None:
        rights = {table: SURFACES[surface].get(table, "") for table in tables}
    for statement in _statements(connection, role, rights, FUNCTIONS.get(surface)):
        connection.execute(text(statement))
    return sum(map(bool, rights.values()))


def check_knows_roles(connection: Connection) -> None:
    """Raises AppError on SQLite."""
    if connection.dialect.name != "postgresql":
        raise AppError(N_("Only PostgreSQL knows roles. On SQLite whoever may write the file may do everything."))


def _check(connection: Connection, role: str, surface: str | None) -> None:
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
    if surface is not None and (others := _others(connection, role)):
        raise AppError(
            N_("%(role)s has the rights of %(others)s as well. As PostgreSQL's administrator, REVOKE these from it."),
            role=role,
            others=", ".join(others),
        )


def _others(connection: Connection, role: str) -> list[str]:
    """The roles that this one is a member of, as a hosted PostgreSQL makes every user of its superusers' stand-in."""
    query = (
        "SELECT held.rolname FROM pg_auth_members JOIN pg_roles held ON held.oid = roleid "
        "JOIN pg_roles own ON own.oid = member WHERE own.rolname = :role ORDER BY 1"
    )
    return list(connection.scalars(text(query), {"role": role}))


def _statements(connection: Connection, role: str, rights: Mapping[str, str], functions: str | None) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote
    who = quote(role)
    yield f"REVOKE CREATE ON SCHEMA public FROM {who}, PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {who}"
    for table, allowed in rights.items():
        yield f"REVOKE ALL ON {quote(table)} FROM {who}, PUBLIC"
        if allowed:
            yield f"GRANT {allowed} ON {quote(table)} TO {who}"
    yield f"REVOKE ALL ON FUNCTION {tips.FUNCTIONS} FROM {who}, PUBLIC"
    if functions is not None:
        yield f"GRANT EXECUTE ON FUNCTION {functions} TO {who}"
