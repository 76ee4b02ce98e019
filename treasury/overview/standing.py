"""What the overview says of the money of one currency besides its months: where it is, and what is to come. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.accounts import Account
from ledger.money import Currency, Money
from ledger.views import VerifiedShare
from payments.gifts.promised_views import PromisedSum
from payments.gifts.recurring_views import ExpectedSum
from treasury.money.places import CurrencyPlaces
from treasury.overview.retention import committed

# Money that Stripe has told us of and that is not at the bank yet, in the order in which it passes.
ON_ITS_WAY = (Account.CLEARING, Account.STRIPE, Account.IN_TRANSIT)


@dataclass(frozen=True, slots=True)
class Standing:
    """The money of one currency. `paid_out` is everything that ever went to the bank since `since`, no balance.

    `monthly` is what recurring gifts bring in a month; `expected` are the sums that it is made of.
    """

    currency: Currency
    paid_out: Money
    since: date | None
    in_hand: Money
    places: tuple[tuple[Account, Money], ...]
    odd: Money
    promised: tuple[PromisedSum, ...]
    expected: tuple[ExpectedSum, ...]
    proof: VerifiedShare

    @property
    def on_its_way(self) -> Money:
        """What is at Stripe, on its way from there, or reported and not in Stripe's balance yet."""
        return sum((amount for _, amount in self.places), start=Money(0, self.currency))

    @property
    def monthly(self) -> Money:
        """What recurring gifts that run bring in a month."""
        return committed(self.expected, self.currency)

    @property
    def promised_in_all(self) -> Money:
        """What was begun and may still be paid."""
        return sum((part.amount for part in self.promised), start=Money(0, self.currency))


def standings(
    places: Sequence[CurrencyPlaces], promised: Sequence[PromisedSum], expected: Sequence[ExpectedSum]
) -> list[Standing]:
    """One for each currency that money came in, in the order of `places`."""
    return [_standing(money, promised, expected) for money in places]


def _standing(money: CurrencyPlaces, promised: Sequence[PromisedSum], expected: Sequence[ExpectedSum]) -> Standing:
    of, held = money.currency, dict(money.places)
    nothing = Money(0, of)
    return Standing(
        of,
        held.get(Account.BANK, nothing),
        money.banked_since,
        held.get(Account.CASH, nothing),
        tuple((account, held[account]) for account in ON_ITS_WAY if account in held),
        held.get(Account.SUSPENSE, nothing),
        tuple(part for part in promised if part.amount.currency == of),
        tuple(part for part in expected if part.amount.currency == of),
        money.proof,
    )
