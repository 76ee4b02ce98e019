"""Gifts with a receipt of which something went back, and that have no credit note yet. Writes nothing."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.tables import BACK_OR_MOVED, GIVEN_BACK, entry
from receipts.document import Series
from receipts.document_store import credit_subject
from receipts.tables import document, receipt

_e, _d = entry.c, document.c


def gifts_without_note(conn: Connection) -> Sequence[str]:
    """Their ids. Some of them need no note: what a dispute took may come back, and a gift may have been paid twice."""
    subject = sa.literal(credit_subject("")).concat(_e.gift_id)
    noted = sa.exists().where(_d.series == Series.CREDIT_NOTE.value, _d.subject == subject)
    has_receipt = sa.exists().where(receipt.c.gift_id == _e.gift_id)
    given_back = sa.select(_e.gift_id).distinct().where(BACK_OR_MOVED, GIVEN_BACK, _e.gift_id.is_not(None))
    return conn.scalars(given_back.where(has_receipt, ~noted).order_by(_e.gift_id)).all()
