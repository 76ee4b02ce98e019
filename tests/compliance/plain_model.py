"""The rules once more, plainly: pence, days and tuples, one day after another. It shares nothing with the product.

A second opinion for a simulated snap election. Amounts are written out here as the law had them, not read from the
table of rules.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

NEW_YEAR = date(2024, 1, 1)
Line = tuple[str, int, date, date | None, date | None]  # gift, pence, received, accepted, returned


def step(key: str, day: date) -> int:
    """The amount in pence that a sum must exceed; parties' and associations' were raised on 1 January 2024."""
    before, after = {
        "centre": (750_000, 1_118_000),
        "centre again": (150_000, 223_000),
        "unit": (150_000, 223_000),
        "association": (750_000, 1_118_000),
        "week of a party": (750_000, 1_118_000),
        "week of a campaigner": (750_000, 750_000),
        "after the election": (750_000, 750_000),
    }[key]
    return before if day < NEW_YEAR else after


@dataclass
class Gift:
    """A gift, and what became of it."""

    id: str
    family: str
    pence: int
    day: date
    unit: str
    last_day: date | None = None  # of its check, if it has one
    accepted: date | None = None
    returned: date | None = None

    @property
    def line(self) -> Line:
        """How a report shows it."""
        return self.id, self.pence, self.day, self.accepted, self.returned


@dataclass
class PlainModel:
    """Everything that has happened until some day."""

    gifts: list[Gift] = field(default_factory=list)

    def flag(self, of_family: list[Gift]) -> None:
        """Check what is above £500, and what makes the small gifts of the year since the last check pass it."""
        small, year = 0, 0
        for gift in sorted(of_family, key=lambda each: (each.day, each.id)):
            small, year = small if gift.day.year == year else 0, gift.day.year
            small += gift.pence if gift.pence <= 50_000 else 0
            if gift.pence > 50_000 or small > 50_000:
                gift.last_day = gift.day + timedelta(days=29)
            if gift.last_day and gift.pence <= 50_000:
                small = 0

    def to_warn_of(self, today: date) -> set[str]:
        """The gifts on day 20, 27 or 30 that nobody has accepted or returned."""
        times = {today + timedelta(days=left) for left in (0, 3, 10)}
        return {each.id for each in self.gifts if each.last_day in times and not (each.accepted or each.returned)}

    def on_hold(self) -> int:
        """Pence that are here and not to be spent."""
        return sum(each.pence for each in self.gifts if each.last_day and not each.accepted and not each.returned)

    def large(self) -> list[Gift]:
        """The gifts that are donations in law, by the day of acceptance."""
        gifts = [each for each in self.gifts if each.pence > 50_000 and each.accepted]
        return sorted(gifts, key=lambda each: (each.accepted, each.day, each.id))

    def groups(self, regime: str) -> list[list[Gift]]:
        """The groups that had to be reported, each with the gift last that made it so."""
        is_open: defaultdict[tuple[str, int], list[Gift]] = defaultdict(list)
        again: set[tuple[str, int]] = set()
        groups = []
        for gift in self.large():
            assert gift.accepted is not None
            day, key = gift.accepted, (gift.family, gift.accepted.year)
            is_open[key].append(gift)
            unit = [each for each in is_open[key] if each.unit == gift.unit]
            if regime == "party" and gift.unit and sum(each.pence for each in unit) > step("unit", day):
                groups.append(unit)
                is_open[key] = [each for each in is_open[key] if each not in unit]
                continue
            name = "association" if regime != "party" else "centre again" if key in again else "centre"
            if sum(each.pence for each in is_open[key]) > step(name, day):
                groups.append(is_open.pop(key))
                again.add(key)
        return groups

    def accepted_report(self, regime: str, first: date, last: date) -> set[Line]:
        """A party's quarter, or an association's day: whole groups by the day on which they passed."""
        groups = [group for group in self.groups(regime) if first <= (group[-1].accepted or date.min) <= last]
        return {each.line for group in groups for each in group}

    def returned_report(self, first: date, last: date) -> set[Line]:
        """Gifts above £500 that went back because they had to."""
        return {e.line for e in self.gifts if e.pence > 50_000 and e.returned and first <= e.returned <= last}

    def week(self, regime: str, first: date, last: date) -> set[Line]:
        """Single gifts that were received, whatever became of them."""
        return {
            (each.id, each.pence, each.day, None, None)
            for each in self.gifts
            if first <= each.day <= last
            and each.pence > step(f"week of a {regime}", each.day)
            and not (regime == "party" and each.unit)
        }

    def after_election(self, first: date, last: date) -> tuple[set[Line], int]:
        """The gifts of donors who gave more than £7,500 in the period, and the pence of all others."""
        sums: defaultdict[str, int] = defaultdict(int)
        gifts = [each for each in self.large() if first <= (each.accepted or date.min) <= last]
        for each in gifts:
            sums[each.family] += each.pence
        named = {family for family, pence in sums.items() if pence > step("after the election", last)}
        others = sum(pence for family, pence in sums.items() if family not in named)
        return {each.line for each in gifts if each.family in named}, others


def weeks(dissolved: date, poll: date) -> list[tuple[date, date, date]]:
    """The weeks of an election with their due days."""
    found = []
    while dissolved <= poll:
        last = min(dissolved + timedelta(days=6), poll)
        found.append((dissolved, last, last + timedelta(days=7)))
        dissolved = last + timedelta(days=1)
    return found
