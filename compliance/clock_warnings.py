"""Which checks are mailed on which day: day 20, 27 and 30 of a clock, each once. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from compliance.check import Check


def warned_on(checks: Iterable[Check], day: date) -> list[Check]:
    """The pending checks of which a letter says on this day how much time is left, those with the least first.

    A check that was opened late, as of a gift that was entered weeks after it came, is mailed on the day after: what
    is mailed on a day is then known when the day begins.
    """
    due = [check for check in checks if check.is_pending and day in _days(check)]
    return sorted(due, key=lambda check: (check.clock.last_day, check.gift.gift_id))


def _days(check: Check) -> set[date]:
    return {max(warning, check.opened_on + timedelta(days=1)) for warning in check.clock.warnings}
