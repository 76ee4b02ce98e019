"""Compare our `stripe` account with Stripe's balance. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.money import Currency, Money
from payments.reading.fields import money, objects
from payments.reading.happenings import BalanceLine
from payments.stripe.objects import StripeObject

Balances = Mapping[Currency, int]
"""Minor units by currency."""


@dataclass(frozen=True, slots=True)
class BalanceComparison:
    """What our `stripe` account held and what Stripe reported, at one instant."""

    ours: Money
    theirs: Money


def read_balance(balance: StripeObject) -> Balances:
    """What Stripe holds for us, available and pending together."""
    sums: dict[Currency, int] = {}
    for part in (*objects(balance, "available"), *objects(balance, "pending")):
        amount = money(part)
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return sums


def with_unbooked_lines(ours: Balances, lines: Iterable[BalanceLine]) -> Balances:
    """Our balances as they will be once these lines are booked, whether as ours or as other people's money."""
    sums = dict(ours)
    for line in lines:
        currency = line.amount.currency
        sums[currency] = sums.get(currency, 0) + line.amount.minor - line.fee.minor
    return sums


def compare_balances(ours: Balances, theirs: Balances) -> tuple[BalanceComparison, ...]:
    """Both balances, currency by currency."""
    return tuple(
        BalanceComparison(Money(ours.get(currency, 0), currency), Money(theirs.get(currency, 0), currency))
        for currency in sorted({*ours, *theirs}, key=str)
    )
