"""What was received each month is added up as it is received."""

from datetime import date

from sqlalchemy import Engine

from database.transactions import reading
from ledger.giving_kind import GivingKind
from ledger.giving_total_store import giving_totals
from tests.proof.books import open_desk


def test_each_gift_is_added_once_to_its_month(engine: Engine) -> None:
    """A message that comes again adds nothing; the totals of an earlier month can be left out."""
    desk = open_desk(engine)
    desk.give(1, 2500)
    desk.give(2, 1000)
    desk.give(2, 1000)
    desk.give(3, 700, days_ago=40)

    with reading(engine) as conn:
        totals, newest = giving_totals(conn, date(2026, 1, 1)), giving_totals(conn, date(2026, 11, 1))

    assert [(total.month.month, total.kind, total.gifts, total.amount.minor) for total in totals] == [
        (10, GivingKind.ONCE, 1, 700),
        (11, GivingKind.ONCE, 2, 3500),
    ]
    assert newest == totals[1:]
