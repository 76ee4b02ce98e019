"""Compare our `stripe` account with Stripe's balance. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.money import Currency, Money
from payments.reading.happenings import BalanceLine
from payments.reading.shapes import Object, money, objects

Balances = Mapping[Currency, int]
"""Minor units by currency."""


@dataclass(frozen=True, slots=True)
class BalanceComparison:
    """What our `stripe` account held and what Stripe said it holds, at one instant."""

    ours: Money
    theirs: Money


def held(balance: Object) -> Balances:
    """What Stripe holds for us, available and pending together."""
    sums: dict[Currency, int] = {}
    for part in (*objects(balance, "available"), *objects(balance, "pending")):
        amount = money(part)
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return sums


def with_lines(ours: Balances, waiting: Iterable[BalanceLine]) -> Balances:
    """Our balances as they will be when these lines are booked, as ours or as somebody else's."""
    sums = dict(ours)
    for line in waiting:
        of = line.amount.currency
        sums[of] = sums.get(of, 0) + line.amount.minor - line.fee.minor
    return sums


def beside(ours: Balances, theirs: Balances) -> tuple[BalanceComparison, ...]:
    """The two, currency by currency."""
    currencies = sorted({*ours, *theirs}, key=str)
    return tuple(BalanceComparison(Money(ours.get(of, 0), of), Money(theirs.get(of, 0), of)) for of in currencies)
