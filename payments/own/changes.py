"""What a donor wishes for a recurring gift, and how it is read."""

from dataclasses import dataclass
from datetime import datetime

from donors.door import OWN_PAGE
from payments.gifts.recurring import LAST_CHOSEN_DAY, Interval
from payments.gifts.recurring_changes import LONGEST_PAUSE, ChangeKind, StopReason, pause_until, skip_until
from payments.gifts.recurring_views import RecurringRow
from web.language import translated
from web.typed import compact

SKIP = "skip"


class BadWish(ValueError):
    """A wish that cannot be kept as it was typed; the message says what to type in the `field`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wish:
    """A button that was pressed, with what was typed beside it. `id` is of the page: pressed twice it is one wish."""

    id: str
    kind: ChangeKind
    typed: str = ""
    reason: StopReason | None = None


def recurring_path(identity: str) -> str:
    """The path of a recurring gift on its donor's own pages."""
    return f"{OWN_PAGE}/recurring/{identity}"


def read_pause(row: RecurringRow, typed: str, now: datetime) -> datetime:
    """Until when a pause of the typed number of months lasts, or (SKIP) of one instalment. Raises BadWish."""
    if row.next_at is None:
        raise BadWish("months", translated("No payment is to come, so there is nothing to leave out."))
    if typed == SKIP:
        return skip_until(row.next_at)
    months = _whole(typed)
    if not 1 <= months <= LONGEST_PAUSE:
        raise BadWish("months", translated("Choose from 1 to %(most)s months.", most=LONGEST_PAUSE))
    return pause_until(months, row.rhythm.interval, row.next_at, now)


def read_chosen_day(row: RecurringRow, typed: str) -> int:
    """The day of the month that was typed. Raises BadWish."""
    day = _whole(typed)
    if row.rhythm.interval is not Interval.MONTH or not 1 <= day <= LAST_CHOSEN_DAY:
        raise BadWish("day", translated("Enter a day from 1 to %(last)s.", last=LAST_CHOSEN_DAY))
    return day


def _whole(typed: str) -> int:
    digits = compact(typed)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len("12") else 0
