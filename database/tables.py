"""The MetaData that every package's tables join, and how a table is declared."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from database.columns import Flag

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *parts: SchemaItem) -> sa.Table:
    """Declare a table: STRICT on SQLite, so that a column holds only what it says; a Flag only 0 or 1."""
    flags = [
        sa.CheckConstraint(f"{part.name} in (0, 1)", name=part.name)
        for part in parts
        if isinstance(part, sa.Column) and isinstance(part.type, Flag)
    ]
    return sa.Table(name, metadata, *parts, *flags, sqlite_strict=True)


def one_of(column: str, allowed: Iterable[str]) -> sa.CheckConstraint:
    """A CHECK that the column holds one of these words."""
    words = ", ".join(f"'{word}'" for word in allowed)
    return sa.CheckConstraint(f"{column} in ({words})", name=column)
