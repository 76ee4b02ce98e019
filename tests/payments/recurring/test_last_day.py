"""The days that the desk names: of the last instalment where an end is planned, and of one that is unpaid."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ledger.money import GBP, Money
from payments.gifts.recurring import Interval, RecurringState, Rhythm
from payments.gifts.recurring_views import RecurringRow

LONDON, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")
LATE = "2027-01-31T23:30"


def row(
    state: RecurringState, interval: Interval, began: str, next_at: str | None, ends_at: str | None
) -> RecurringRow:
    """A recurring gift with these instants of UTC."""
    began_at, due_at, end = (
        datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None for at in (began, next_at, ends_at)
    )
    assert began_at is not None
    rhythm, amount = Rhythm(interval, instalments=9), Money(1000, GBP)
    return RecurringRow(
        "id", state, "Zoë", "zoe@example.org", amount, rhythm, began_at, due_at, None, 1, end, None, began_at, "gift"
    )


@pytest.mark.parametrize(
    ("interval", "began", "ends_at", "zone", "day"),
    [
        (Interval.MONTH, LATE, "2027-03-31T11:30", LONDON, date(2027, 2, 28)),
        (Interval.MONTH, LATE, "2027-04-28T11:30", LONDON, date(2027, 3, 31)),  # worked out before the move to 31 March
        (Interval.MONTH, LATE, "2027-03-10T09:00", LONDON, date(2027, 2, 28)),  # somebody else's, inside of a period
        (Interval.YEAR, "2026-12-31T23:30", "2029-12-31T11:30", LONDON, date(2028, 12, 31)),
        (Interval.MONTH, "2027-02-28T21:00", "2027-05-01T05:30", AUCKLAND, date(2027, 4, 1)),
        # Stripe's own day, a period on, falls behind the promised one: it was never moved.
        (Interval.QUARTER, "2027-12-30T22:16", "2028-06-30T22:16", AUCKLAND, date(2028, 3, 31)),
        (Interval.MONTH, "2026-11-29T21:35", "2027-02-28T21:35", AUCKLAND, date(2027, 1, 30)),
        (Interval.WEEK, LATE, "2027-02-14T23:30", LONDON, date(2027, 2, 7)),
    ],
)
def test_an_end_is_the_day_of_the_last_instalment(
    interval: Interval, began: str, ends_at: str, zone: ZoneInfo, day: date
) -> None:
    """Stripe's own end is that of the whole period, up to a year later."""
    assert row(RecurringState.ENDING, interval, began, ends_at, ends_at).last_day(zone) == day
    assert row(RecurringState.ACTIVE, interval, began, ends_at, None).last_day(zone) is None


def test_an_unpaid_instalment_is_named_by_its_promised_day() -> None:
    """Also where that is another day in UTC."""
    unpaid = row(RecurringState.PAST_DUE, Interval.MONTH, "2027-02-28T21:00", "2027-05-01T05:30", None)
    assert unpaid.unpaid_since(AUCKLAND) == date(2027, 4, 1)
    never_moved = row(RecurringState.PAST_DUE, Interval.MONTH, "2026-11-29T21:35", "2027-02-28T21:35", None)
    assert never_moved.unpaid_since(AUCKLAND) == date(2027, 1, 30)
