"""Books in memory: `decide` with everything that is kept, and its changes kept in dicts.

A second implementation of keeping, beside load.py and save.py. It is stricter than the tables: whatever must not
happen to a row raises AssertionError here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from campaigns.demo import DEMO_ORGANISATION
from ledger.accounts import Account
from ledger.entry import NO_CAMPAIGN, ConflictingEntry, Entry
from ledger.kinds import EntryKind
from payments.books.decide.changes import Changes, PayoutChanges, RecurringChanges, WithdrawalChanges
from payments.books.decide.decide import BookRules, decide
from payments.books.decide.known import BookedCharge, BookedLine, Known, Payout, Refund
from payments.books.decide.notice import Notice
from payments.gifts.gift import CheckoutLink, Gift, GiftState
from payments.gifts.receiving import Discrepancy, Reception
from payments.gifts.recurring import Recurring
from payments.reading.happenings import (
    NO_RECURRING_GIFT,
    DisputeFundsMoved,
    InvoicePaid,
    InvoiceReported,
    PaymentFailed,
)
from receipts.receipt import Draft
from webhooks.event import EventType, WebhookEvent

RULES = BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test")
TITLES = {1: "Save our libraries", 2: "Bring back the bus", 3: "Open the parks"}
PARENTS: Mapping[int, int] = {}
SLUGS = {1: "libraries", 2: "bus", 3: "parks"}

K = TypeVar("K")
V = TypeVar("V")


class MemoryBooks:
    """Everything that the tables of the books keep."""

    def __init__(self, gifts: Iterable[Gift], recurring: Iterable[Recurring], sessions: Mapping[str, str]) -> None:
        """`sessions` are the Checkout Sessions that were opened, by gift."""
        self.gifts = {gift.id: replace(gift, session_id=sessions.get(gift.id)) for gift in gifts}
        self.recurring = {recurring_gift.id: recurring_gift for recurring_gift in recurring}
        self.checkouts = {session: CheckoutLink(session, gift, None) for gift, session in sessions.items()}
        self.charges: dict[str, BookedCharge] = {}
        self.invoices: dict[str, InvoiceReported] = {}
        self.invoice_payments: dict[str, InvoicePaid] = {}
        self.refunds: dict[str, Refund] = {}
        self.dispute_moves: dict[str, DisputeFundsMoved] = {}
        self.failures: dict[str, PaymentFailed] = {}
        self.waiting: dict[tuple[str, str], str] = {}
        self.lines: dict[str, BookedLine] = {}
        self.payouts: dict[str, Payout] = {}
        self.entries: dict[str, Entry] = {}
        self.receipts: dict[str, Draft] = {}
        self.discrepancies: dict[str, Discrepancy] = {}
        self.events: dict[str, WebhookEvent] = {}

    def apply(self, notices: Sequence[Notice], now: datetime) -> Changes:
        """Decide with all that is kept, and keep what was decided; returns that."""
        changes = decide(self._known(), notices, RULES, now)
        self._keep_recurring(changes.recurring)
        for link in changes.checkouts.new:
            _add(self.checkouts, link.session, link)
        for link in changes.checkouts.completed:
            _rise(self.checkouts, link.session, link, "payment_intent")
        for booked in changes.charges.new:
            _add(self.charges, booked.fact.charge, booked)
        for charge, gift in changes.charges.claimed.items():
            _rise(self.charges, charge, replace(self.charges[charge], gift=gift), "gift")
        self._keep_withdrawals(changes.withdrawals)
        for line in changes.lines.new:
            _add(self.lines, line.fact.id, line)
        for identity, ours in changes.lines.decided.items():
            before = self.lines[identity]
            assert (before.ours, ours) in ((None, True), (None, False), (False, True)), f"{identity} was {before.ours}"
            self.lines[identity] = replace(before, ours=ours)
        self._keep_payouts(changes.payouts)
        for gift, state in changes.states.items():
            assert state.rank > self.gifts[gift].state.rank, f"{gift} falls from {self.gifts[gift].state} to {state}"
            self.gifts[gift] = replace(self.gifts[gift], state=state)
        self._receive(changes.reception)
        self._require_sound_references()
        self._post(changes.entries)
        self.events = {event.id: event for event in changes.events} | self.events
        return changes

    def _known(self) -> Known:
        """All that is kept, whatever the batch is about; nobody may write into it."""
        return Known(
            charges=MappingProxyType(self.charges),
            checkouts=MappingProxyType(self.checkouts),
            invoices=MappingProxyType(self.invoices),
            invoice_payments=MappingProxyType(self.invoice_payments),
            refunds=MappingProxyType(self.refunds),
            dispute_moves=MappingProxyType(self.dispute_moves),
            failures=MappingProxyType(self.failures),
            lines=MappingProxyType(self.lines),
            payouts=MappingProxyType(self.payouts),
            waiting=frozenset(payment for payment, _ in self.waiting),
            recurring=MappingProxyType(self.recurring),
            gifts=MappingProxyType(self.gifts),
            titles=TITLES,
            parents=PARENTS,
            wanted_events=frozenset(EventType),
            slugs=SLUGS,
        )

    def _keep_recurring(self, changes: RecurringChanges) -> None:
        for recurring, subscription in changes.subscriptions.items():
            _rise(
                self.recurring, recurring, replace(self.recurring[recurring], subscription=subscription), "subscription"
            )
        for gift in changes.instalments:
            assert gift.state is GiftState.PENDING
            assert gift.recurring_id in self.recurring
            _add(self.gifts, gift.id, gift)
        for gift in changes.named:
            _rise(
                self.gifts,
                gift.id,
                replace(self.gifts[gift.id], recurring_id=gift.recurring_id, invoice_id=gift.invoice_id),
                "invoice_id",
            )
        for invoice in changes.invoices:
            _add(self.invoices, invoice.invoice, invoice)
        for invoice in changes.invoices_named_later:
            assert self.invoices[invoice.invoice].recurring == NO_RECURRING_GIFT != invoice.recurring
            self.invoices[invoice.invoice] = invoice
        for paid in changes.invoice_payments:
            _add(self.invoice_payments, paid.payment, paid)

    def _keep_withdrawals(self, changes: WithdrawalChanges) -> None:
        for refund in changes.new_refunds:
            _add(self.refunds, refund.id, refund)
        for refund in changes.changed_refunds:
            _complete(self.refunds, refund.id, refund)
        for move in changes.dispute_moves:
            _add(self.dispute_moves, move.line, move)
        for failure in changes.failures:
            _add(self.failures, failure.charge, failure)
        for fact in changes.waiting:
            assert self.waiting.setdefault((fact.payment, fact.fact), fact.kind) == fact.kind
        for payment in changes.no_longer_waiting:
            facts = [key for key in self.waiting if key[0] == payment]
            for key in facts:
                del self.waiting[key]

    def _keep_payouts(self, changes: PayoutChanges) -> None:
        for payout in changes.new:
            _add(self.payouts, payout.id, payout)
        for payout in changes.changed:
            _complete(self.payouts, payout.id, payout)

    def _receive(self, reception: Reception) -> None:
        """A gift is received once, and has one receipt."""
        for received in reception.received:
            gift = self.gifts[received.gift.id]
            assert gift.state is not GiftState.RECEIVED, f"{gift.id} is received already"
            assert received.subject not in {gift.payment for gift in self.gifts.values()}, received.subject
            self.gifts[gift.id] = replace(
                gift, state=GiftState.RECEIVED, payment=received.subject, received_at=received.at
            )
        assert [draft.gift_id for draft in reception.drafts] == [received.gift.id for received in reception.received]
        for draft in reception.drafts:
            _add(self.receipts, draft.gift_id, draft)
        for discrepancy in reception.discrepancies:
            _add(self.discrepancies, discrepancy.received.source, discrepancy)

    def _require_sound_references(self) -> None:
        """What refers to a gift refers to one that is kept; a session has a payment of its own, an invoice a gift."""
        assert {link.gift for link in self.checkouts.values()} <= self.gifts.keys()
        assert {booked.gift for booked in self.charges.values()} - {None} <= self.gifts.keys()
        intents = [link.payment_intent for link in self.checkouts.values() if link.payment_intent]
        invoices = [gift.invoice_id for gift in self.gifts.values() if gift.invoice_id]
        assert (len(intents), len(invoices)) == (len(set(intents)), len(set(invoices)))

    def _post(self, entries: Iterable[Entry]) -> None:
        """A key that is there is skipped if it says the same; a reversal comes after what it undoes."""
        for entry in sorted(entries, key=lambda entry: entry.reverses is not None):
            before = self.entries.setdefault(entry.key, entry)
            if _contents(before) != _contents(entry):
                raise ConflictingEntry(f"{entry.key} is in the books with different contents")
            assert entry.gift is None or entry.gift in self.gifts
            assert entry.campaign == NO_CAMPAIGN or entry.campaign in TITLES
            if entry.reverses is not None:
                undone = self.entries[entry.reverses]
                assert (undone.debit, undone.credit, undone.amount) == (entry.credit, entry.debit, entry.amount)

    @property
    def received(self) -> set[str]:
        """The gifts that are received."""
        return {gift.id for gift in self.gifts.values() if gift.state is GiftState.RECEIVED}

    def balances(self) -> dict[tuple[str, str, int], int]:
        """Debits less credits by account, currency and campaign, where they are not zero."""
        sums: Counter[tuple[str, str, int]] = Counter()
        for entry in self.entries.values():
            sums[entry.debit.value, entry.amount.currency.code, entry.campaign] += entry.amount.minor
            sums[entry.credit.value, entry.amount.currency.code, entry.campaign] -= entry.amount.minor
        return {key: minor for key, minor in sums.items() if minor}

    def by_subject(self, account: Account) -> dict[tuple[str, str], int]:
        """Debits less credits of one account by subject and currency, where they are not zero."""
        sums: Counter[tuple[str, str]] = Counter()
        for entry in self.entries.values():
            sign = (entry.debit is account) - (entry.credit is account)
            sums[entry.subject, entry.amount.currency.code] += sign * entry.amount.minor
        return {key: minor for key, minor in sums.items() if minor}

    def canonical(self) -> frozenset[Entry]:
        """The entries as they depend on facts alone: without what made us learn of them.

        And without a fee that was booked whole and shared later: one whose gift was known at once never stood whole.
        """
        undone = {entry.reverses for entry in self.entries.values() if entry.kind is EntryKind.FEE_SHARED}
        left_out = undone | {EntryKind.FEE_SHARED.key(*str(key).split(":")[1:]) for key in undone}
        return frozenset(replace(entry, cause="-") for key, entry in self.entries.items() if key not in left_out)

    def snapshot(self) -> dict[str, Any]:
        """A copy of everything that is kept."""
        return {name: dict(rows) for name, rows in vars(self).items()}


def _contents(entry: Entry) -> tuple[object, ...]:
    """What must agree when a key comes again."""
    return entry.kind, entry.debit, entry.credit, entry.amount, entry.subject, entry.campaign, entry.gift


def _add(rows: dict[K, V], key: K, row: V) -> None:
    """A new row."""
    assert key not in rows, f"{key} is kept already"
    rows[key] = row


def _rise(rows: dict[K, V], key: K, row: V, name: str) -> None:
    """The same row with this field, which was empty."""
    assert getattr(rows[key], name) is None, f"{key} has its {name} already"
    assert getattr(row, name) is not None
    rows[key] = row


def _complete(rows: dict[K, V], key: K, row: V) -> None:
    """The same row with more fields than before, none of them changed."""
    before = rows[key]
    names = [name for name in type(row).__slots__ if getattr(before, name) not in {None, ""}]  # type: ignore[attr-defined]
    assert [getattr(before, name) for name in names] == [getattr(row, name) for name in names], f"{key} was changed"
    rows[key] = row
