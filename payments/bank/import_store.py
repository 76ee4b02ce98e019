"""Imports of bank statements in the database: all of their new lines, or none. Call these inside `booking`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from database.questions import among
from payments.bank.line import ImportPlan, Statement, line_keys, plan_import
from payments.bank.tables import bank_import, bank_line
from payments.gifts.erasure_store import REMOVED

_i, _l = bank_import.c, bank_line.c


def plan_with_known(conn: Connection, account: str, statement: Statement) -> ImportPlan:
    """What an import would do, by the lines that are here now."""
    keys = line_keys(account, statement.lines)
    known = set(conn.scalars(sa.select(_l.key).where(among(conn, _l.key, keys))))
    return plan_import(account, statement, known)


def add_import(conn: Connection, import_id: str, plan: ImportPlan, who: str, now: datetime) -> None:
    """Keep the new lines of a plan that was made in this transaction."""
    kept = {
        "id": import_id, "account": plan.account, "format": plan.statement.format.value, "who": who, "imported_at": now,
    }  # fmt: skip
    insert_rows(conn, bank_import, [kept])
    rows = [
        {
            "id": str(uuid4()),
            "import_id": import_id,
            "n": each.line.number,
            "day": each.line.day,
            "currency": each.line.amount.currency.code,
            "amount_minor": each.line.amount.minor,
            "description": each.line.description,
            "reference": each.line.reference,
            "file_id": each.line.file_id,
            "key": each.key,
        }
        for each in plan.new
    ]
    if rows:
        insert_rows(conn, bank_line, rows)


def is_imported(conn: Connection, import_id: str) -> bool:
    """Whether this import was saved: the button pressed twice is one import."""
    return conn.scalar(sa.select(_i.id).where(_i.id == import_id)) is not None


def strike_import(conn: Connection, import_id: str, who: str, now: datetime) -> bool:
    """Strike the lines of an import, which stay; False if it was undone before. Take back their matches first."""
    undone = conn.execute(
        sa.update(bank_import).where(_i.id == import_id, _i.undone_at.is_(None)).values(undone_at=now, undone_by=who)
    )
    conn.execute(
        sa.update(bank_line).where(_l.import_id == import_id, _l.key.is_not(None)).values(struck_at=now, key=None)
    )
    return undone.rowcount > 0


def erase_lines(conn: Connection, line_ids: Sequence[str]) -> None:
    """Take the bank's words out of these lines: they may name a donor. Day and amount stay."""
    which = among(conn, _l.id, line_ids)
    conn.execute(sa.update(bank_line).where(which).values(description=REMOVED, reference=REMOVED))
