"""The roles of PostgreSQL under which the public pages and the forms for tips work: made, and given their few rights,
from the addresses that these surfaces are started with.

Part of ``python -m app.database upgrade``, which is run by the owner of the tables: a new table is out of their reach
until a version that knows it says otherwise.
"""

from psycopg import Connection as Psycopg
from sqlalchemy import Connection, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ProgrammingError

from app.database import make_engine
from app.errors import AppError
from app.grants import check_knows_roles, grant
from app.settings import Settings
from imaging.words import N_


def prepare(settings: Settings) -> list[str]:
    """The roles that were made or seen to, by name: of each surface that has an address of its own. Raises AppError."""
    addresses = {"public": settings.public_database_url, "tips": settings.tips_database_url}
    roles = {surface: make_url(address) for surface, address in addresses.items() if address}
    if not roles:
        return []
    names = [str(url.username) for url in roles.values()]
    if len(set(names)) < len(names):
        raise AppError(
            N_("PUBLIC_DATABASE_URL and TIPS_DATABASE_URL name the same role. Give each surface a role of its own.")
        )
    engine = make_engine(settings.database_url)
    try:
        with engine.begin() as connection:
            check_knows_roles(connection)
            for surface, url in roles.items():
                _ensure(connection, url)
                grant(connection, str(url.username), surface)
    finally:
        engine.dispose()
    return names


def _ensure(connection: Connection, url: URL) -> None:
    """Have the role, with the password of its address. The server is sent the password's hash and can log no more."""
    exists = connection.scalar(text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": url.username})
    who = connection.dialect.identifier_preparer.quote(str(url.username))
    try:
        if not exists:
            connection.execute(text(f"CREATE ROLE {who} LOGIN NOINHERIT"))
        if url.password:
            driver = connection.connection.driver_connection
            assert isinstance(driver, Psycopg)
            hashed = driver.pgconn.encrypt_password(str(url.password).encode(), str(url.username).encode())
            connection.exec_driver_sql(f"ALTER ROLE {who} PASSWORD '{hashed.decode()}'")
    except ProgrammingError as error:
        raise AppError(
            N_("The role %(role)s cannot be made by the owner of the tables. Make it as PostgreSQL's administrator."),
            role=str(url.username),
        ) from error
