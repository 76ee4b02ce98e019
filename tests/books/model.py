"""The reference model: what the books must be, worked out from what happened.

No database, no Stripe, nothing of the product: a balance for each account. Amounts are whole minor units; a positive
one came in, a negative one went out. Facts are added in the order in which they happened.
"""

from collections import Counter
from dataclasses import dataclass, field

Shares = tuple[tuple[int, int], ...]
"""(campaign, weight), in the order of the gift's allocations."""


@dataclass
class Model:
    """A balance for each account, currency and campaign; and what has not cleared."""

    balances: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    clearing: Counter[tuple[str, str]] = field(default_factory=Counter)
    in_transit: Counter[tuple[str, str]] = field(default_factory=Counter)
    gifts: dict[str, tuple[int, str, Shares]] = field(default_factory=dict)
    refunds: dict[str, tuple[str, int]] = field(default_factory=dict)
    disputed: dict[str, str] = field(default_factory=dict)
    payouts: dict[str, tuple[int, str]] = field(default_factory=dict)
    arrived: set[str] = field(default_factory=set)

    def gave(self, payment: str, minor: int, shares: Shares, currency: str = "GBP") -> None:
        """A donor's money was taken, once or as an instalment; a bank debit: each time that it was confirmed."""
        charged = zip((campaign for campaign, _ in shares), _parts(minor, shares), strict=True)
        self.gifts[payment] = (minor, currency, tuple(charged))
        self._shared(payment, payment, "gifts", minor)

    def took_back(self, payment: str) -> None:
        """A bank debit that was confirmed failed after all."""
        self._shared(payment, payment, "refunds", -self.gifts[payment][0])

    def refunded(self, refund: str, payment: str, minor: int) -> None:
        """We agreed to send this much of a gift back."""
        self.refunds[refund] = (payment, minor)
        self._shared(payment, refund, "refunds", -minor)

    def undid(self, refund: str) -> None:
        """The refund failed or was cancelled: the money is ours again."""
        payment, minor = self.refunds[refund]
        self._shared(payment, refund, "refunds", minor)

    def withdrew(self, dispute: str, payment: str, minor: int) -> None:
        """A bank took this much of a gift, because its customer disputes it."""
        self.disputed[dispute] = payment
        self._shared(payment, dispute, "dispute_losses", -minor)

    def reinstated(self, dispute: str, minor: int) -> None:
        """And gave it back."""
        self._shared(self.disputed[dispute], dispute, "dispute_losses", minor)

    def settled(self, subject: str, minor: int, fee: int = 0, currency: str = "GBP") -> None:
        """It showed in Stripe's balance, less a fee, of which each campaign has its part."""
        self._move("clearing", "stripe", minor, currency, subject)
        self._fee(subject, fee, currency)

    def exchanged(self, subject: str, paid: tuple[int, str], minor: int, fee: int, currency: str = "GBP") -> None:
        """It showed in Stripe's balance in another currency than the one in which it was paid."""
        self._move("clearing", "fx", *paid, subject)
        self._move("fx", "stripe", minor, currency)
        self._fee(subject, fee, currency)

    def foreign(self, minor: int, fee: int = 0, currency: str = "GBP", *, dispute: bool = False) -> None:
        """Money that is none of our gifts moved in the same balance."""
        self._move("other", "stripe", minor, currency)
        self._move("stripe", "dispute_fees" if dispute else "fees", fee, currency)

    def moved(self, reason: str, minor: int, currency: str = "GBP") -> None:
        """The balance moved for another reason: suspense, adjustments, opening, bank (topped up), fees (its own)."""
        self._move(reason, "stripe", minor, currency)

    def sent(self, payout: str, minor: int, currency: str = "GBP") -> None:
        """A payout left the balance for the bank; a negative one is on its way from there."""
        self.payouts[payout] = (minor, currency)
        self._move("stripe", "in_transit", minor, currency)
        self.in_transit[payout, currency] += minor

    def arrives(self, payout: str) -> None:
        """Stripe reports that the payout is in the bank."""
        self.arrived.add(payout)
        self._at_the_bank(payout, 1)

    def came_back(self, payout: str) -> None:
        """The payout failed or was cancelled, perhaps after it had arrived; its money is in the balance again."""
        minor, currency = self.payouts[payout]
        if payout in self.arrived:
            self._at_the_bank(payout, -1)
        self._move("in_transit", "stripe", minor, currency)
        self.in_transit[payout, currency] -= minor

    def stripe(self) -> dict[str, int]:
        """What Stripe's balance must be, by currency."""
        sums: Counter[str] = Counter()
        for (account, currency, _), minor in self.balances.items():
            sums[currency] += minor if account == "stripe" else 0
        return {currency: minor for currency, minor in sums.items() if minor}

    def raised(self) -> dict[tuple[int, str], int]:
        """What each campaign has raised, by currency: gifts less what went back."""
        sums: Counter[tuple[int, str]] = Counter()
        for (account, currency, campaign), minor in self.balances.items():
            if account in ("gifts", "refunds", "dispute_losses") and campaign:
                sums[campaign, currency] -= minor
        return {key: minor for key, minor in sums.items() if minor}

    def _fee(self, subject: str, fee: int, currency: str) -> None:
        payment = self.disputed.get(subject) or self.refunds.get(subject, (subject,))[0]
        _, _, shares = self.gifts[payment]
        for (campaign, _), part in zip(shares, _parts(fee, shares), strict=True):
            self.balances["stripe", currency, campaign] -= part
            self.balances["dispute_fees" if subject in self.disputed else "fees", currency, campaign] += part

    def _at_the_bank(self, payout: str, sign: int) -> None:
        minor, currency = self.payouts[payout]
        self._move("in_transit", "bank", sign * minor, currency)
        self.in_transit[payout, currency] -= sign * minor

    def _shared(self, payment: str, subject: str, account: str, minor: int) -> None:
        """Money of a gift came in, or went out: each campaign's part of it."""
        _, currency, shares = self.gifts[payment]
        for (campaign, _), part in zip(shares, _parts(minor, shares), strict=True):
            self.balances[account, currency, campaign] -= part
            self.balances["clearing", currency, campaign] += part
        self.clearing[subject, currency] += minor

    def _move(self, source: str, target: str, minor: int, currency: str, subject: str = "") -> None:
        self.balances[source, currency, 0] -= minor
        self.balances[target, currency, 0] += minor
        if subject:
            self.clearing[subject, currency] -= minor


def _parts(minor: int, shares: Shares) -> list[int]:
    """Each exact part, rounded down; the pennies left over go to the largest remainders, of equal ones to the first."""
    sign, whole, total = (-1 if minor < 0 else 1), abs(minor), sum(weight for _, weight in shares)
    parts = [whole * weight // total for _, weight in shares]
    by_remainder = sorted(range(len(shares)), key=lambda n: (-(whole * shares[n][1] % total), n))
    for n in by_remainder[: whole - sum(parts)]:
        parts[n] += 1
    return [sign * part for part in parts]
