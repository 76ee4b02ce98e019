"""The part of the form that says how often and until when: what is offered, and how the choice is read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from payments.gifts.due_dates import LONGEST_YEARS, TAKEN_WITHIN, most_instalments, second_due
from payments.gifts.recurring import LAST_CHOSEN_DAY, Interval, ReceiptLetters, Rhythm
from web.language import translated
from web.typed import compact
from web.typed_day import typed_day

ONCE = "once"
FIELDS = ("interval", "day", "end", "until", "instalments", "yearly_statement")
LAST_SECOND = time(23, 59, 59)
_COUNT = re.compile(r"[0-9]{1,4}")


class EndChoice(StrEnum):
    """How a recurring gift may end: when it is stopped, with the campaign, on a day, after a number of instalments."""

    OPEN = "open"
    CLOSING = "closing"
    DAY = "day"
    NUMBER = "number"


class UnclearRhythm(ValueError):
    """A choice that cannot be accepted; the message tells the donor what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class IntervalOffer:
    """What the form offers besides giving once. `closes_at` is when the campaign closes, if it does."""

    intervals: tuple[Interval, ...]
    now: datetime
    zone: tzinfo
    format_day: Callable[[date], str]
    closes_at: datetime | None = None

    @property
    def today(self) -> date:
        """The day on which the first instalment would be taken."""
        return self.now.astimezone(self.zone).date()

    @property
    def closing_day(self) -> date | None:
        """The campaign's last day, if any rhythm would bring a second instalment before it."""
        rhythms = [Rhythm(interval) for interval in self.intervals]
        if self.closes_at is None or not any(self.has_second(rhythm, self.closes_at) for rhythm in rhythms):
            return None
        return closing_end(self.closes_at, self.zone).astimezone(self.zone).date()

    @property
    def chosen_days(self) -> list[tuple[int, date]]:
        """The days of the month that may be chosen, each with the day on which the second instalment would come."""
        if Interval.MONTH not in self.intervals:
            return []
        rhythms = [Rhythm(Interval.MONTH, day=day) for day in range(1, LAST_CHOSEN_DAY + 1)]
        return [(rhythm.day or 0, self.second(rhythm).astimezone(self.zone).date()) for rhythm in rhythms]

    def second(self, rhythm: Rhythm) -> datetime:
        """When a second instalment would be due, if the first is paid now."""
        return second_due(self.now, rhythm, self.zone)

    def has_second(self, rhythm: Rhythm, end: datetime) -> bool:
        """Whether a second instalment would be taken before this end."""
        return self.second(rhythm) + TAKEN_WITHIN <= end


def read_rhythm(fields: Mapping[str, str], offer: IntervalOffer) -> Rhythm | None:
    """The rhythm that was chosen; None for a gift given once. Raises UnclearRhythm."""
    choice = compact(fields.get("interval", ""))
    if choice in ("", ONCE):
        return None  # what else was filled in belongs to choices that are not made
    if choice not in offer.intervals:
        raise UnclearRhythm("interval", translated("Choose how often you would like to give."))
    interval = Interval(choice)
    endless = Rhythm(interval, day=_chosen_day(compact(fields.get("day", ""))) if interval is Interval.MONTH else None)
    match _end(fields):
        case EndChoice.OPEN:
            return endless
        case EndChoice.CLOSING:
            return replace(endless, ends_at=_closing(endless, offer))
        case EndChoice.DAY:
            return replace(endless, ends_at=_last_day(compact(fields.get("until", "")), endless, offer))
        case EndChoice.NUMBER:
            return replace(endless, instalments=_number(compact(fields.get("instalments", "")), interval))


def read_receipt_letters(fields: Mapping[str, str], rhythm: Rhythm | None) -> ReceiptLetters:
    """Whether a statement a year was ticked. A gift given once or yearly has one letter a year anyway."""
    may_choose = rhythm is not None and rhythm.interval is not Interval.YEAR
    return ReceiptLetters.YEARLY if may_choose and fields.get("yearly_statement") else ReceiptLetters.EACH


def fields_of_rhythm(rhythm: Rhythm | None, closes_at: datetime | None, zone: tzinfo) -> dict[str, str]:
    """The fields that were filled in when this rhythm was chosen."""
    if rhythm is None:
        return {"interval": ONCE}
    chosen = {"interval": rhythm.interval.value, "day": str(rhythm.day or "")}
    if rhythm.instalments is not None:
        return chosen | {"end": EndChoice.NUMBER.value, "instalments": str(rhythm.instalments)}
    if rhythm.ends_at is None:
        return chosen | {"end": EndChoice.OPEN.value}
    if closes_at is not None and rhythm.ends_at == closing_end(closes_at, zone):
        return chosen | {"end": EndChoice.CLOSING.value}
    return chosen | {"end": EndChoice.DAY.value, "until": rhythm.ends_at.astimezone(zone).date().isoformat()}


def closing_end(closes_at: datetime, zone: tzinfo) -> datetime:
    """The end of a recurring gift that ends with its campaign: the last second of its last day, or an earlier closing.

    A campaign closes at the midnight after its last day; an end at midnight would be printed as the day after.
    """
    last_day = (closes_at - timedelta(microseconds=1)).astimezone(zone).date()
    return min(closes_at, datetime.combine(last_day, LAST_SECOND, zone).astimezone(UTC))


def _end(fields: Mapping[str, str]) -> EndChoice:
    """The end that was chosen. A day or a number beside a choice that it contradicts raises UnclearRhythm."""
    choice = compact(fields.get("end", ""))
    day, number = bool(compact(fields.get("until", ""))), bool(compact(fields.get("instalments", "")))
    if choice not in ("", *EndChoice) or (day and number and not choice):
        raise UnclearRhythm("end", translated("Choose when it should end."))
    if choice in ("", EndChoice.OPEN) and (day or number):
        if choice:
            raise UnclearRhythm("end", translated("Choose one: until you stop it, or the end that you entered."))
        return EndChoice.DAY if day else EndChoice.NUMBER
    return EndChoice(choice or EndChoice.OPEN)


def _chosen_day(typed: str) -> int | None:
    if not typed:
        return None
    day = int(typed) if _COUNT.fullmatch(typed) else 0
    if not 1 <= day <= LAST_CHOSEN_DAY:
        raise UnclearRhythm("day", translated("Choose a day of the month from 1 to %(most)s.", most=LAST_CHOSEN_DAY))
    return day


def _closing(rhythm: Rhythm, offer: IntervalOffer) -> datetime:
    if offer.closes_at is None:
        raise UnclearRhythm("end", translated("Choose when it should end."))
    end = closing_end(offer.closes_at, offer.zone)
    _require_two(end, rhythm, offer, "end")
    return end


def _last_day(typed: str, rhythm: Rhythm, offer: IntervalOffer) -> datetime:
    if not typed:
        raise UnclearRhythm("until", translated("Enter the last day."))
    day = typed_day(typed)
    if day is None or day.year < offer.today.year:
        raise UnclearRhythm("until", translated("Enter a day that is to come, like 6 May 2027."))
    if day.year >= offer.today.year + LONGEST_YEARS:
        raise UnclearRhythm(
            "until",
            translated(
                "Choose a day within %(years)s years, or let it go on until you stop it.", years=LONGEST_YEARS - 1
            ),
        )
    end = datetime.combine(day, LAST_SECOND, offer.zone).astimezone(UTC)
    _require_two(end, rhythm, offer, "until")
    return end


def _require_two(end: datetime, rhythm: Rhythm, offer: IntervalOffer, field: str) -> None:
    if not offer.has_second(rhythm, end):
        raise UnclearRhythm(
            field,
            translated(
                "Choose %(day)s or later: the second donation comes on that day. Or choose to give once.",
                day=offer.format_day(offer.second(rhythm)),
            ),
        )


def _number(typed: str, interval: Interval) -> int:
    most = most_instalments(interval)
    number = int(typed) if _COUNT.fullmatch(typed) else 0
    if not 2 <= number <= most:
        raise UnclearRhythm(
            "instalments", translated("Enter how many donations in all: a number from 2 to %(most)s.", most=most)
        )
    return number
