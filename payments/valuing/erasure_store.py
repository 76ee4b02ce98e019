"""Takes a donor out of what staff typed of their gifts' worth and of their loans. Sums and days stay."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from payments.valuing.tables import gift_valuation, loan

REMOVED = "removed"
_v, _l = gift_valuation.c, loan.c


def erase_valuations(conn: Connection, gift_ids: Sequence[str]) -> None:
    """What these gifts bought may be said in words that name whoever bought it."""
    with_words = sa.and_(among(conn, _v.gift_id, gift_ids), _v.benefit != "")
    conn.execute(sa.update(gift_valuation).where(with_words).values(benefit=REMOVED))


def erase_loans(conn: Connection, donor_ids: Sequence[str]) -> None:
    """On which terms these lenders lent, and why a loan was taken back."""
    theirs = among(conn, _l.donor_id, donor_ids)
    conn.execute(sa.update(loan).where(theirs).values(terms=REMOVED))
    conn.execute(sa.update(loan).where(theirs, _l.why.is_not(None)).values(why=REMOVED))
