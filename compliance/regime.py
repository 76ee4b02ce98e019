"""The sets of rules that an organisation may be under, each from a day to a day. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")


def uk_day(instant: datetime) -> date:
    """The day in the United Kingdom, by which its law begins and ends, wherever the organisation keeps its books."""
    return instant.astimezone(_LONDON).date()


class Regime(StrEnum):
    """A set of rules on political donations, by the name that the organisation keeps it under."""

    UNREGULATED = "none"
    PARTY = "gb_party"
    MEMBERS_ASSOCIATION = "members_association"
    REGULATED_DONEE = "regulated_donee"
    CAMPAIGNER = "non_party_campaigner"

    @property
    def rules(self) -> str:
        """The name under which the table of rules (`rules.csv`) has its rows."""
        return _ROWS.get(self, self.value)

    @property
    def has_units(self) -> bool:
        """Whether a local group may be an accounting unit, with its own threshold.

        For every other regime the organisation with all its groups is one recipient.
        """
        return self is Regime.PARTY


_ROWS = {Regime.REGULATED_DONEE: "regulated_individual", Regime.CAMPAIGNER: "npc_registered"}


@dataclass(frozen=True, slots=True)
class RegimePeriod:
    """The organisation was under this regime from `first` to `last`; None: it still is.

    `is_northern_irish`: it is a Northern Ireland party or a regulated donee there, which may also accept from Irish
    citizens and bodies (PPERA sections 71A to 71C).
    """

    regime: Regime
    first: date
    last: date | None = None
    is_northern_irish: bool = False

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"a regime cannot end on {self.last}, before it begins on {self.first}")

    def holds_on(self, day: date) -> bool:
        """Whether the organisation is under it on this day."""
        return self.first <= day and (self.last is None or day <= self.last)


def regime_on(periods: Sequence[RegimePeriod], day: date) -> RegimePeriod | None:
    """The period that a day falls into; None: the organisation is under no rules on that day.

    Of those that hold, the one that began last, then the one that was added last: a change of regime is a new row, also
    one to none, and the row before it may stay open.
    """
    newest = max(enumerate(periods), key=lambda each: (each[1].holds_on(day), each[1].first, each[0]), default=None)
    if newest is None or not newest[1].holds_on(day) or newest[1].regime is Regime.UNREGULATED:
        return None
    return newest[1]
