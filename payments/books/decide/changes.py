"""What a batch of happenings changes in the database, decided before anything is written. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.accounts import Account
from ledger.entry import Entry
from ledger.kinds import EntryKind
from payments.books.decide.known import BookedCharge, BookedLine, Payout, Refund
from payments.gifts.gift import CheckoutLink, Gift, GiftState
from payments.gifts.receiving import Reception
from payments.reading.happenings import DisputeFundsMoved, InvoicePaid, InvoiceReported, PaymentFailed, StatusChanged
from webhooks.event import WebhookEvent


@dataclass(frozen=True, slots=True)
class WaitingFact:
    """Money of this payment went back before its gift was known. `kind` is refund or dispute, `fact` its id."""

    payment: str
    fact: str
    kind: str


@dataclass(frozen=True, slots=True)
class CheckoutChanges:
    """Sessions that are new, and known ones that led to a payment intent now."""

    new: tuple[CheckoutLink, ...] = ()
    completed: tuple[CheckoutLink, ...] = ()


@dataclass(frozen=True, slots=True)
class RecurringChanges:
    """Subscriptions by recurring gift, invoices, which payment paid which, and the instalments that they make.

    `invoices_named_later` were kept without their recurring gift.
    `instalments` are new gifts; `named` are gifts that are kept, and are an instalment of their recurring gift.
    """

    subscriptions: Mapping[str, str]
    invoices: tuple[InvoiceReported, ...] = ()
    invoices_named_later: tuple[InvoiceReported, ...] = ()
    invoice_payments: tuple[InvoicePaid, ...] = ()
    instalments: tuple[Gift, ...] = ()
    named: tuple[Gift, ...] = ()


@dataclass(frozen=True, slots=True)
class ChargeChanges:
    """Charges that are new, and the gifts of charges that had waited for one."""

    new: tuple[BookedCharge, ...] = ()
    claimed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WithdrawalChanges:
    """Money that went back; and which payments wait for their gift because of it, or wait no longer."""

    new_refunds: tuple[Refund, ...] = ()
    changed_refunds: tuple[Refund, ...] = ()
    dispute_moves: tuple[DisputeFundsMoved, ...] = ()
    failures: tuple[PaymentFailed, ...] = ()
    waiting: tuple[WaitingFact, ...] = ()
    no_longer_waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineChanges:
    """Balance lines that are new, and the decision about those that are kept: whether each is ours.

    `strangers` are charges whose metadata names a gift that is not ours.
    """

    new: tuple[BookedLine, ...] = ()
    decided: Mapping[str, bool] = field(default_factory=dict)
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PayoutChanges:
    """Payouts that are new, and those of which more is known than before."""

    new: tuple[Payout, ...] = ()
    changed: tuple[Payout, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that follows from a batch: facts, entries, gifts that rise, receipts that are due, jobs to queue.

    `states` are the gifts that rise, and to which state. `statuses` are objects to fetch from Stripe;
    `balance_changed` when the lines of Stripe's balance are to be read. `events` is what outgoing webhooks are told.
    """

    checkouts: CheckoutChanges
    recurring: RecurringChanges
    charges: ChargeChanges
    withdrawals: WithdrawalChanges
    lines: LineChanges
    payouts: PayoutChanges
    entries: tuple[Entry, ...]
    states: Mapping[str, GiftState]
    reception: Reception
    statuses: tuple[StatusChanged, ...]
    balance_changed: bool
    events: tuple[WebhookEvent, ...] = ()

    @property
    def gifts_that_grew(self) -> list[str]:
        """The gifts that were received or paid once more, and those of which something that had gone is here again."""
        paid = {each.gift.id for each in self.reception.received}
        paid |= {each.received.gift.id for each in self.reception.discrepancies}
        return sorted(paid | {entry.gift for entry in self.entries if entry.gift and _brings_back(entry)})


def _brings_back(entry: Entry) -> bool:
    """A refund that failed, a dispute that was won, and a further charge of a gift that is received already."""
    if entry.kind is EntryKind.DISPUTE:
        return entry.credit is Account.DISPUTE_LOSSES
    return entry.kind in (EntryKind.REFUND_FAILED, EntryKind.GIFT)
