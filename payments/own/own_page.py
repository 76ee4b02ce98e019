"""What a donor's own page says of a recurring gift, in words. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from payments.gifts.recurring import Interval, ReceiptLetters
from payments.gifts.recurring_changes import RecurringChange
from payments.gifts.recurring_views import RecurringRow
from payments.gifts.recurring_words import ADJECTIVE, PER
from web.language import translated
from web.wording import Wording


@dataclass(frozen=True, slots=True)
class OwnRecurring:
    """A recurring gift: "Monthly", "£10 a month", and what was asked for and not made at Stripe yet."""

    row: RecurringRow
    kind: str
    each: str
    last_day: date | None
    waiting: Sequence[RecurringChange]
    receipts: ReceiptLetters

    @property
    def may_choose_receipts(self) -> bool:
        """Whether a statement a year would be fewer letters."""
        return self.row.runs and self.row.rhythm.interval is not Interval.YEAR


def own_recurring_words(
    row: RecurringRow, changes: Sequence[RecurringChange], receipts: ReceiptLetters, wording: Wording
) -> OwnRecurring:
    """A recurring gift with its words."""
    interval = row.rhythm.interval
    each = f"{wording.money(row.amount)} {translated(PER[interval])}"
    waiting = [change for change in changes if change.done_at is None]
    return OwnRecurring(row, translated(ADJECTIVE[interval]), each, row.last_day(wording.zone), waiting, receipts)
