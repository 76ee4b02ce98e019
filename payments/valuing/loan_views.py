"""Loans as the desk, checks and reports list them. Writes nothing."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from donors.tables import donor
from payments.valuing.loan import KeptLoan
from payments.valuing.loan_store import loan_of_row
from payments.valuing.tables import loan

_l = loan.c


def loans(conn: Connection) -> list[KeptLoan]:
    """Every loan with its lender's name, the newest first; those that were taken back are among them."""
    rows = conn.execute(
        sa.select(loan, donor.c.name.label("lender"))
        .join(donor, donor.c.id == _l.donor_id)
        .order_by(_l.lent_on.desc(), _l.entered_at.desc(), _l.id)
    )
    return [KeptLoan(loan_of_row(row), row.lender, row.entered_at, row.taken_back_at, row.why or "") for row in rows]
