"""Which line of the bank is which payout, and which is whose expected gift. Pure.

A payout is matched by itself only where nothing else could be meant; the rest is suggested to a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.money import Money
from payments.bank.line import MatchKind
from payments.standing_orders.order import ExpectedGift, due_for

MOST_DAYS_APART = 5
MOST_DAYS_LATE = 20  # of an expected gift: longer, and it may be for another month
SENDER = "STRIPE"


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line that is nothing yet. `text` is all that the bank says of it."""

    id: str
    day: date
    amount: Money
    text: str

    @property
    def names_stripe(self) -> bool:
        """Whether the bank says that Stripe sent it."""
        return SENDER in self.text.upper()


@dataclass(frozen=True, slots=True)
class OpenTarget:
    """Something that a line can be: a payout that arrived, an offline gift, cash that was banked.

    `words` are for the page.
    """

    kind: MatchKind
    id: str
    day: date
    amount: Money
    words: str = ""


def certain_payouts(lines: Iterable[OpenLine], payouts: Iterable[OpenTarget]) -> dict[str, str]:
    """The payout of each line that can be no other, and that no other line can be: the same amount, a few days apart.

    Without the sender's name it stays a suggestion: a donor may have given the same sum on that day.
    """
    by_amount: defaultdict[Money, list[OpenTarget]] = defaultdict(list)
    for payout in payouts:
        by_amount[payout.amount].append(payout)
    payouts_of: dict[str, list[str]] = {}
    lines_of: defaultdict[str, list[OpenLine]] = defaultdict(list)
    for line in lines:
        near = [payout.id for payout in by_amount[line.amount] if _days_apart(line, payout) <= MOST_DAYS_APART]
        payouts_of[line.id] = near
        for payout_id in near:
            lines_of[payout_id].append(line)
    return {
        line_id: near[0]
        for line_id, near in payouts_of.items()
        if len(near) == 1 and len(lines_of[near[0]]) == 1 and lines_of[near[0]][0].names_stripe
    }


def likely_targets(line: OpenLine, targets: Iterable[OpenTarget]) -> list[OpenTarget]:
    """What a line may be, the likeliest first: of the same amount, and payouts first if the bank says Stripe."""

    def likeness(target: OpenTarget) -> tuple[bool, int, str]:
        is_payout = target.kind is MatchKind.PAYOUT
        return is_payout != line.names_stripe, _days_apart(line, target), target.id

    return sorted((target for target in targets if target.amount == line.amount), key=likeness)


def _days_apart(line: OpenLine, target: OpenTarget) -> int:
    return abs((line.day - target.day).days)


def due_day_of(expected: Sequence[ExpectedGift], day: date) -> date | None:
    """The day on which a transfer of this day was due; None where the nearest that is unpaid is too far away."""
    due = due_for(expected, day)
    return due if due is not None and abs((due - day).days) <= MOST_DAYS_LATE else None


@dataclass(frozen=True, slots=True)
class ProvedPayouts:
    """How much of the payouts that arrived is a line of the bank: in one currency."""

    proved: Money
    all: Money
    payouts: int
    unproved: tuple[OpenTarget, ...]

    @property
    def per_cent(self) -> int:
        """The share in whole per cent: 100 only when nothing is missing."""
        if not self.unproved:
            return 100
        return min(max(100 * self.proved.minor // self.all.minor, 0), 99) if self.all.minor > 0 else 0


def proved_payouts(payouts: Sequence[OpenTarget], matched: Mapping[str, str]) -> list[ProvedPayouts]:
    """By currency; `matched` are the lines by payout."""
    by_currency: defaultdict[str, list[OpenTarget]] = defaultdict(list)
    for payout in payouts:
        by_currency[payout.amount.currency.code].append(payout)
    return [_proved(group, matched) for _, group in sorted(by_currency.items())]


def _proved(payouts: Sequence[OpenTarget], matched: Mapping[str, str]) -> ProvedPayouts:
    nothing = Money(0, payouts[0].amount.currency)
    proved = sum((payout.amount for payout in payouts if payout.id in matched), start=nothing)
    every = sum((payout.amount for payout in payouts), start=nothing)
    return ProvedPayouts(proved, every, len(payouts), tuple(each for each in payouts if each.id not in matched))
