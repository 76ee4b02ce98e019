"""What the database already knows about the happenings of a batch. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.money import Money
from organisation.organisation import OrganisationProfile
from payments.gifts.gift import CheckoutLink, Gift
from payments.gifts.recurring import Recurring
from payments.giving.receipt_facts import NOTHING_FOR_RECEIPTS, KnownForReceipts
from payments.reading.happenings import (
    BalanceLine,
    ChargeSucceeded,
    ChosenParts,
    DisputeFundsMoved,
    InvoicePaid,
    InvoiceReported,
    PaymentFailed,
)


@dataclass(frozen=True, slots=True)
class BookedCharge:
    """A charge that succeeded, and the gift that it paid, if that is known."""

    fact: ChargeSucceeded
    gift: str | None


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as far as it is known: when it was agreed, and when it failed.

    `parts` are those that were reported first. They stay, whatever somebody writes at Stripe later. `why_failed` is
    Stripe's word for it.
    """

    id: str
    payment: str
    amount: Money
    agreed_at: datetime | None
    failed_at: datetime | None
    parts: ChosenParts = ()
    why_failed: str = ""


@dataclass(frozen=True, slots=True)
class Payout:
    """A payout as far as it is known: the day on which it arrived at the bank, and when it came back."""

    id: str
    amount: Money
    arrived_on: date | None
    returned_at: datetime | None


@dataclass(frozen=True, slots=True)
class BookedLine:
    """A balance line, and whether the payment behind it is ours. None: that is not known yet, and it is not booked."""

    fact: BalanceLine
    ours: bool | None


@dataclass(frozen=True, slots=True)
class Known:
    """The facts that are kept about everything that a batch names or leads to, each by its id.

    `invoice_payments` is by payment. `waiting` are payments of which money went back before their gift was known.
    `titles` names every campaign, `parents` the campaign of each group; both are empty where no gift can be received.
    `wanted_events` are the types of events of which outgoing webhooks want to be told; where there are any, `slugs` has
    the addresses of campaigns by number.
    `issuer` is the organisation as it is now, `languages` what its donors read, by their ids, where there is a choice.
    `for_receipts` is what their receipts say besides.
    """

    charges: Mapping[str, BookedCharge] = field(default_factory=dict)
    checkouts: Mapping[str, CheckoutLink] = field(default_factory=dict)
    invoices: Mapping[str, InvoiceReported] = field(default_factory=dict)
    invoice_payments: Mapping[str, InvoicePaid] = field(default_factory=dict)
    refunds: Mapping[str, Refund] = field(default_factory=dict)
    dispute_moves: Mapping[str, DisputeFundsMoved] = field(default_factory=dict)
    failures: Mapping[str, PaymentFailed] = field(default_factory=dict)
    lines: Mapping[str, BookedLine] = field(default_factory=dict)
    payouts: Mapping[str, Payout] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    recurring: Mapping[str, Recurring] = field(default_factory=dict)
    gifts: Mapping[str, Gift] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    parents: Mapping[int, int] = field(default_factory=dict)
    issuer: OrganisationProfile | None = None
    languages: Mapping[str, str] = field(default_factory=dict)
    for_receipts: KnownForReceipts = NOTHING_FOR_RECEIPTS
    wanted_events: frozenset[str] = frozenset()
    slugs: Mapping[int, str] = field(default_factory=dict)
