"""What a database holds, as the manifest of a backup says it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backup.manifest import BooksState
from database.migrating import RESTORING, REVISION, revision_of, stamp_of
from payments.settlement.store import read_up_to
from proof.audit import audit_all
from receipts.store import last_numbers


def state_of(conn: Connection, server: int, now: datetime) -> BooksState:
    """What the database holds, and which checks of the audit do not hold at `now`."""
    revision = revision_of(conn) or ""
    mode, mark = stamp_of(conn)
    return BooksState(
        mode=mode or "",
        database=conn.dialect.name,
        server=server,
        revision=revision,
        installation=mark,
        marks=read_up_to(conn),
        receipts=last_numbers(conn),
        rows=row_counts(conn),
        faults=faults_of(conn, now) if revision == REVISION else None,
    )


def row_counts(conn: Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = [name for name in table_names(conn) if name != RESTORING]
    return {name: conn.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0 for name in names}


def table_names(conn: Connection) -> list[str]:
    """The tables of the database."""
    return sorted(sa.inspect(conn).get_table_names())


def closing_statement() -> str:
    """The statement that keeps every Farthing out of a database while a backup is restored into it."""
    # A dump ends without a search path.
    return f"RESET search_path; CREATE TABLE {RESTORING} (since timestamptz NOT NULL DEFAULT now())"


def open_to_others(conn: Connection) -> None:
    """Let Farthings into the database."""
    conn.execute(sa.text(f"DROP TABLE {RESTORING}"))


def faults_of(conn: Connection, at: datetime) -> tuple[str, ...]:
    """The checks of the audit that do not hold, judged as of this instant: an old copy is not late by its age."""
    return tuple(finding.name for finding in audit_all(conn, lambda: at) if finding.has_failed)
