"""Some days as whole months and the days around them. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from ledger.periods import month_after, month_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SpanParts:
    """The days from `first` to `last` as whole months (from the first to before the other) and the days around them.

    None in `whole` means without end on that side; `whole` itself is None where no month is whole.
    """

    whole: tuple[date | None, date | None] | None
    days: tuple[tuple[date, date], ...]


def span_parts(first: date | None, last: date | None) -> SpanParts:
    """Take these days apart, both included; None is without end on that side. Pure."""
    begins = first if first is None or first == month_of(first) else month_after(first)
    ends = None if last is None else month_of(last + _DAY)
    if begins is not None and ends is not None and begins >= ends:
        return _within_two_months(first or begins, last or ends)
    before = ((first, begins - _DAY),) if first and begins and first != begins else ()
    after = ((ends, last),) if ends and last and ends <= last else ()
    return SpanParts((begins, ends), before + after)


def _within_two_months(first: date, last: date) -> SpanParts:
    return SpanParts(None, ((first, last),) if first <= last else ())
