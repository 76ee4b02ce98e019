"""Loans in the database."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from ledger.money import Money, currency
from payments.valuing.loan import Loan
from payments.valuing.tables import loan as loan_table

_l = loan_table.c


def add_loan(conn: Connection, loan: Loan, who: str, now: datetime) -> None:
    """Keep a loan. One that is there already stays as it is."""
    if conn.scalar(sa.select(_l.id).where(_l.id == loan.id)):
        return
    row = {
        "id": loan.id, "donor_id": loan.donor_id, "currency": loan.amount.currency.code,
        "amount_minor": loan.amount.minor, "lent_on": loan.lent_on, "terms": loan.terms, "who": who, "entered_at": now,
    }  # fmt: skip
    insert_rows(conn, loan_table, [row])


def take_loan_back(conn: Connection, identity: str, why: str, who: str, now: datetime) -> bool:
    """Note that it was entered by mistake; it stays on record. False where none stands."""
    stands = sa.and_(_l.id == identity, _l.taken_back_at.is_(None))
    taken = conn.execute(sa.update(loan_table).where(stands).values(taken_back_at=now, taken_back_by=who, why=why))
    return bool(taken.rowcount)


def loan_of_row(row: sa.Row[Any]) -> Loan:
    """The loan in a row of its table."""
    return Loan(row.id, row.donor_id, Money(row.amount_minor, currency(row.currency)), row.lent_on, row.terms)
