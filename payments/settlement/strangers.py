"""Takes out of clearing what versions before 0009 took for ours by a mark that a stranger had written.

A second Farthing on the same account at Stripe, or anybody who writes a `gift_id`, was believed. Their money waits in
clearing for a gift that never comes, and the audit fails.
"""

from database.transactions import reading
from payments.books.store import payments_of_strangers
from payments.reading.happenings import MarkDisproved
from payments.settlement.list_reader import ROWS_TOGETHER, ListReader, ListRow


def rebook_strangers(reader: ListReader) -> None:
    """Book as other money what names no gift that is kept here. There is nothing left for a second run."""
    now = reader.clock()
    with reading(reader.engine) as conn:
        payments = payments_of_strangers(conn)
    rows = [ListRow(payment, now, (MarkDisproved(payment),)) for payment in payments]
    for start in range(0, len(rows), ROWS_TOGETHER):
        reader.apply_rows(rows[start : start + ROWS_TOGETHER])
