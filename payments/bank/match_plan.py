"""What lines of the bank are beyond doubt: payouts, and expected gifts by the payer's reference. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from payments.bank.line import MatchKind
from payments.bank.matching import MOST_DAYS_LATE, OpenLine, OpenTarget, certain_payouts, due_day_of
from payments.bank.views import unmatched_gifts, unmatched_payouts
from payments.gifts.offline import BadDay, require_day
from payments.standing_orders.order import ExpectedGift, StandingOrder, references_in
from payments.standing_orders.order_views import expected_of
from payments.standing_orders.store import order_of_reference


@dataclass(frozen=True, slots=True)
class PlannedMatch:
    """What a line is. `due_on`: its gift is not here yet, and is entered for the day on which `order` expects it."""

    line: OpenLine
    kind: MatchKind
    target: str = ""
    order: StandingOrder | None = None
    due_on: date | None = None


def plan_matches(
    conn: Connection, lines: Sequence[OpenLine], today: date, open_from: date | None
) -> list[PlannedMatch]:
    """What these lines are, where it can be nothing else, in their order.

    `lines` must be all that are nothing yet: two that are alike are left to a person.
    """
    payouts = certain_payouts(lines, unmatched_payouts(conn))
    orders = _Orders(conn, today)
    planned = []
    for line in lines:
        if line.id in payouts:
            planned.append(PlannedMatch(line, MatchKind.PAYOUT, payouts[line.id]))
        elif line.amount.minor > 0 and _is_open_day(line.day, today, open_from) and (match := orders.match(line)):
            planned.append(match)
    return planned


def _is_open_day(day: date, today: date, open_from: date | None) -> bool:
    try:
        require_day(day, today, open_from)
    except BadDay:
        return False
    return True


class _Orders:
    """Standing orders by reference. What one line was taken for is not there for the next."""

    def __init__(self, conn: Connection, today: date) -> None:
        self._conn, self._today = conn, today
        self._expected: dict[str, list[ExpectedGift]] = {}
        self._here: dict[str, list[OpenTarget]] = {}

    def match(self, line: OpenLine) -> PlannedMatch | None:
        """The expected gift that this line is: one that was entered before, or the one that is due."""
        orders = [order_of_reference(self._conn, reference) for reference in references_in(line.text)]
        known = [order for order in orders if order is not None]
        if len(known) != 1 or known[0].amount != line.amount:
            return None
        [order] = known
        if order.id not in self._expected:
            self._expected[order.id] = expected_of(self._conn, order, self._today)
            self._here[order.id] = unmatched_gifts(self._conn, [order.amount.minor], order.id)
        return self._here_already(order, line) or self._due(order, line)

    def _here_already(self, order: StandingOrder, line: OpenLine) -> PlannedMatch | None:
        near = [gift for gift in self._here[order.id] if abs((gift.day - line.day).days) <= MOST_DAYS_LATE]
        gift = min(near, key=lambda gift: abs((gift.day - line.day).days), default=None)
        if gift is None:
            return None
        self._here[order.id].remove(gift)
        return PlannedMatch(line, MatchKind.GIFT, gift.id, order)

    def _due(self, order: StandingOrder, line: OpenLine) -> PlannedMatch | None:
        due_on = due_day_of(self._expected[order.id], line.day)
        if due_on is None:
            return None
        self._expected[order.id] = [
            replace(each, gift=line.id) if each.due_on == due_on else each for each in self._expected[order.id]
        ]
        return PlannedMatch(line, MatchKind.GIFT, "", order, due_on)
