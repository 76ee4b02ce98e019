"""Compare every row of every table before and after a migration."""

from contextlib import closing

import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import reading

Digests = dict[str, tuple[int, int]]
# What is called otherwise now: table, and its columns.
RENAMED: dict[str, tuple[str, dict[str, str]]] = {
    "treasurer": ("staff_member", {}),
    "sign_in_link": ("sign_in_link", {"treasurer_id": "staff_id"}),
    "session": ("session", {"treasurer_id": "holder_id"}),
}


def columns_of(engine: Engine) -> dict[str, list[str]]:
    """The columns of every table of the version before."""
    inspected = sa.inspect(engine)
    tables = set(inspected.get_table_names()) - {"alembic_version"}
    return {table: [column["name"] for column in inspected.get_columns(table)] for table in sorted(tables)}


def digests(engine: Engine, columns: dict[str, list[str]], *, after: bool = False) -> Digests:
    """For each table of the version before: how many rows it has, and a sum over what is in them."""
    by_table = {}
    for table, names in columns.items():
        now, renamed = RENAMED.get(table, (table, {})) if after else (table, {})
        listed = ", ".join(f'"{renamed.get(name, name)}"' for name in names)
        by_table[table] = digest(engine, f"SELECT {listed} FROM {now}")  # noqa: S608 - our own names
    return by_table


def digest(engine: Engine, query: str) -> tuple[int, int]:
    """How many rows there are, and a sum over what is in them: whatever their order, equal in this process only."""
    with reading(engine) as conn, closing(conn.connection.cursor()) as cursor:
        cursor.execute(query)  # by the driver, which takes half the time of SQLAlchemy
        hashes = [hash(row) for row in cursor.fetchall()]
    return len(hashes), sum(hashes)


def rows_of(engine: Engine, query: str) -> list[tuple[object, ...]]:
    """The rows of this query."""
    with reading(engine) as conn:
        return [tuple(row) for row in conn.exec_driver_sql(query)]
