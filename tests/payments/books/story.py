"""A story as it is written: each happening goes on the list, and what it means goes into the reference model."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from ledger.money import GBP, Currency, Money
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.gifts.recurring import Interval, Recurring, Rhythm, begin
from payments.reading.happenings import (
    BalanceLine,
    Category,
    ChargeSucceeded,
    DisputeFundsMoved,
    Happening,
    PaymentFailed,
    RefundAgreed,
    RefundFailed,
)
from tests.books.model import Model, Shares
from tests.payments.organisation_books import NOON

GBP_PER_CENT = {"USD": 79, "EUR": 86, "JPY": 52}  # pence for a hundred of the smallest unit


@dataclass(frozen=True)
class Payment:
    """A donor's payment, or (without `shares`) somebody else's; `gift` is what its metadata says."""

    id: str
    intent: str | None
    amount: Money
    shares: Shares | None
    gift: str | None
    held_in: Currency


@dataclass
class Story:
    """What happened, in an order in which it could have, and the model's books of it.

    `states` is how each gift must end, `invoices` what asked for it, if it is an instalment. `odd_gifts` must be listed
    as discrepancies; `second_payments` is how many payments came for gifts that were paid already.
    """

    number: int
    chance: random.Random
    model: Model = field(default_factory=Model)
    happenings: list[Happening] = field(default_factory=list)
    gifts: list[Gift] = field(default_factory=list)
    recurring: list[Recurring] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    states: dict[str, GiftState] = field(default_factory=dict)
    invoices: dict[str, str] = field(default_factory=dict)
    odd_gifts: set[str] = field(default_factory=set)
    second_payments: int = 0
    _ids: int = 0
    _now: datetime = NOON

    def name(self, prefix: str) -> str:
        """An id that nothing else has, in this story or another."""
        self._ids += 1
        return f"{prefix}_{self.number}x{self._ids}"

    def later(self) -> datetime:
        """Some time after whatever happened before."""
        self._now += timedelta(minutes=self.chance.randint(1, 1500))
        return self._now

    def add(self, *happenings: Happening) -> None:
        """This happened, and moved no money."""
        self.happenings += happenings

    def pledge(self, amount: Money, shares: Shares) -> Gift:
        """A pending gift whose checkout is open."""
        parts = amount.allocate([weight for _, weight in shares])
        gift = Gift(
            id=str(UUID(int=self.number * 1000 + len(self.gifts) + 1)),
            state=GiftState.PENDING,
            amount=amount,
            allocations=tuple(
                Allocation(n, campaign, part) for n, ((campaign, _), part) in enumerate(zip(shares, parts, strict=True))
            ),
            donor=DonorDetails(f"Donor {self.number}", "donor@example.org"),
            created_at=NOON,
            attempted_at=NOON,
            return_token=f"return{self.number}x{len(self.gifts)}",
        )
        self.gifts.append(gift)
        self.sessions[gift.id] = self.name("cs")
        self.states[gift.id] = GiftState.PENDING
        return gift

    def pledge_recurring(self, amount: Money, shares: Shares) -> Recurring:
        """A recurring gift and its first gift, both pending."""
        first = self.pledge(amount, shares)
        recurring = begin(first, Rhythm(Interval.MONTH))
        self.gifts[-1] = replace(first, recurring_id=recurring.id)
        self.recurring.append(recurring)
        return recurring

    def taken(self, payment: Payment) -> str:
        """A charge of this payment succeeded; its id."""
        charge = self.name("ch") if payment.intent else payment.id
        self.add(
            ChargeSucceeded(
                charge, payment.id, payment.intent, payment.amount, "Visa ending 4242", self.later(), payment.gift
            )
        )
        if payment.shares is not None:
            self.model.gave(payment.id, payment.amount.minor, payment.shares, payment.amount.currency.code)
        return charge

    def settled(self, payment: Payment, fee: int = 0) -> None:
        """A charge of this payment shows in the balance."""
        self._line(payment, Category.PAYMENT, payment.id, payment.amount.minor, fee)

    def failed_first(self, payment: Payment) -> None:
        """A debit of this payment failed, and had never succeeded."""
        self.add(PaymentFailed(self.name("ch"), payment.id, payment.amount, self.later(), payment.gift))

    def taken_back(self, payment: Payment, charge: str) -> None:
        """A debit that had succeeded failed after all."""
        self.add(PaymentFailed(charge, payment.id, payment.amount, self.later(), payment.gift))
        if payment.shares is not None:
            self.model.took_back(payment.id)

    def taken_back_settled(self, payment: Payment) -> None:
        """Its money has left the balance."""
        self._line(payment, Category.PAYMENT, payment.id, -payment.amount.minor, 0)

    def refunded(self, payment: Payment, minor: int) -> str:
        """So much was to go back; the refund's id."""
        refund = self.name("re")
        self.add(RefundAgreed(refund, payment.id, Money(minor, payment.amount.currency), self.later()))
        if payment.shares is not None:
            self.model.refunded(refund, payment.id, minor)
        return refund

    def undone(self, refund: str, payment: Payment, minor: int) -> None:
        """The refund failed or was called off."""
        self.add(RefundFailed(refund, payment.id, Money(minor, payment.amount.currency), self.later()))
        if payment.shares is not None:
            self.model.undid(refund)

    def refund_settled(self, refund: str, payment: Payment, minor: int) -> None:
        """The refund left the balance; with a positive amount it came back."""
        self._line(payment, Category.REFUND, refund, minor, 0)

    def disputed(self, dispute: str, payment: Payment, minor: int, fee: int) -> None:
        """A dispute moved so much out of the balance, or back into it; its line is told as well."""
        line = self.name("txn")
        self.add(DisputeFundsMoved(line, dispute, payment.id, Money(minor, payment.amount.currency), self.later()))
        if payment.shares is not None and minor < 0:
            self.model.withdrew(dispute, payment.id, -minor)
        elif payment.shares is not None:
            self.model.reinstated(dispute, minor)
        self._line(payment, Category.DISPUTE, dispute, minor, fee, line)

    def own_line(self, category: Category, minor: int, subject: str = "", of: Currency = GBP) -> str:
        """A line that is no payment's; what it means for the model, the caller writes."""
        line = self.name("txn")
        self.add(
            BalanceLine(
                line, category, category.value, Money(minor, of), Money(0, of), None, subject or line, None,
                marked=False, at=self.later(),
            )
        )  # fmt: skip
        return line

    def _line(self, payment: Payment, category: Category, subject: str, minor: int, fee: int, line: str = "") -> None:
        """A line of a payment, in the currency of the balance; `minor` is in the donor's."""
        paid_in, held_in = payment.amount.currency, payment.held_in
        held = minor if held_in == paid_in else int(minor * GBP_PER_CENT[paid_in.code] / 100)
        self.add(
            BalanceLine(
                line or self.name("txn"), category, category.value, Money(held, held_in), Money(fee, held_in),
                Money(minor, paid_in), subject, payment.id, marked=payment.gift is not None, at=self.later(),
            )
        )  # fmt: skip
        if payment.shares is None:
            self.model.foreign(held, fee, held_in.code, dispute=category is Category.DISPUTE)
        elif held_in == paid_in:
            self.model.settled(subject, held, fee, held_in.code)
        else:
            self.model.exchanged(subject, (minor, paid_in.code), held, fee, held_in.code)
