"""What every record shares: the declarative base, UTC times, and names for constraints."""

import datetime as dt
import enum
import uuid
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, String, TypeDecorator, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Fixed names let a migration alter or drop a constraint on either database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Point = list[float]
"""A pixel position: ``[x, y]``."""
EyePair = list[Point]
"""Two points, the viewer's left eye first."""


class UTCDateTime(TypeDecorator[dt.datetime]):
    """A timezone-aware time. SQLite keeps no offset, so UTC is what is stored everywhere."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A record's time must carry its time zone.")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class ObjectKey(String):
    """The key of a stored object. Sweeps take whatever no column of this type names for lost, so every column
    that holds a key must be of it."""

    def __init__(self) -> None:
        super().__init__(101)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        dt.datetime: UTCDateTime(),
        uuid.UUID: Uuid(),
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
        EyePair: JSON(none_as_null=True),
    }


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def words(kind: type[enum.StrEnum], name: str) -> Enum:
    """A column of a few fixed words, kept as text and checked by the database."""
    return Enum(
        kind,
        native_enum=False,
        length=16,
        create_constraint=True,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


class Identified:
    """A record with a random identity, which says nothing about how many there are."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4, sort_order=-1)
