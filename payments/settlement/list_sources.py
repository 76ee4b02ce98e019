"""The lists that are read: events, links from payments to invoices, balance lines, the latest charges."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading
from payments.books import store as book_store
from payments.books.decide.line_entries import OF_PAYMENTS
from payments.gifts.store import first_gift_at
from payments.inbox.store import applied_by_id
from payments.reading.balance_lines import read_line
from payments.reading.events import EVENTS, read
from payments.reading.happenings import BalanceChanged, BalanceLine, Happening, InvoicePaid
from payments.reading.invoices import read_invoice_payment
from payments.settlement.list_reader import ListRow, ListSource, read_rows
from payments.stripe.lists import ListPage, StripeLists
from payments.stripe.objects import StripeObject
from receipts.store import earliest_backup_restored

EVENTS_KEPT = timedelta(days=30)
# Nothing happened at Stripe on our behalf before the first gift was asked for; minutes, for clocks that differ.
BEFORE_FIRST_GIFT = timedelta(minutes=10)
# How long the invoice of a renewal may come after its money: Stripe makes it only after the payment
# (docs.stripe.com/changelog, 2025-03-31.basil, checkout-legacy-subscription-upgrade).
INVOICE_DELAY = timedelta(minutes=10)

# How long a charge's line may come after it: within an hour, Stripe says (docs.stripe.com/payments/payment-intents/
# asynchronous-capture).
LINE_DELAY = timedelta(hours=2)
CHARGE_EVENT = "charge.succeeded"
# What these report is in the other lists, or in another event as well; and Stripe takes 20 names at most.
REPEATED_EVENTS = frozenset({
    CHARGE_EVENT, "charge.updated", "checkout.session.async_payment_succeeded", "invoice_payment.paid",
    "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
    "customer.subscription.paused", "customer.subscription.resumed", "payout.created", "payout.updated",
})  # fmt: skip
LISTED_EVENTS = [name for name in EVENTS if name not in REPEATED_EVENTS]
assert len(LISTED_EVENTS) <= 20, "Stripe's list of events takes no more names"


class ListSources:
    """Stripe's lists, each read without the rows that our books know already."""

    def __init__(self, engine: Engine, lists: StripeLists, clock: Clock) -> None:
        self._engine, self._lists, self._clock = engine, lists, clock
        self._since: datetime | None = None

    def since(self) -> datetime | None:
        """From which instant on Stripe's lists concern us; None while nobody has given yet.

        After a restore of a backup from before the first gift, it is when that backup was made.
        """
        if self._since is None:  # the first gift stays the first
            with reading(self._engine) as conn:
                known = [at for at in (first_gift_at(conn), earliest_backup_restored(conn)) if at is not None]
            self._since = min(known) - BEFORE_FIRST_GIFT if known else None
        return self._since

    def events(self, since: datetime) -> ListSource:
        """Events, as far back as Stripe keeps them; those that the webhook has brought are known."""

        def ask(**params: Any) -> ListPage:
            return self._lists.events(types=LISTED_EVENTS, **params)

        return ListSource("events", ask, self._read_events, max(since, self._clock() - EVENTS_KEPT))

    def charges(self, since: datetime) -> ListSource:
        """Charges that no line has reported. Call this when the lines were read.

        These are the latest, whose lines may not be there yet; and all since the first line whose charge we lack: that
        was a delayed payment, and only its event says when it succeeded.
        """
        kept = self._clock() - EVENTS_KEPT
        with reading(self._engine) as conn:
            lacking = book_store.first_line_without_charge(conn, kept)
        latest = self._clock() - LINE_DELAY
        from_there = max(since, kept, min(latest, lacking - LINE_DELAY) if lacking else latest)

        def ask(**params: Any) -> ListPage:
            return self._lists.events(types=[CHARGE_EVENT], **params)

        return ListSource("charges", ask, self._read_events, from_there, below_checkpoint=lacking is not None)

    def invoice_payments(self, since: datetime) -> ListSource:
        """Which payment paid which invoice."""

        def ask(**params: Any) -> ListPage:
            return self._lists.invoice_payments(status="paid", **params)

        return ListSource("invoice_payments", ask, self._read_invoice_payments, since)

    def lines(self, since: datetime) -> ListSource:
        """Balance lines."""
        return ListSource("balance", self._lists.balance_transactions, self.read_lines, since)

    def _read_events(self, rows: Sequence[StripeObject]) -> list[ListRow]:
        with reading(self._engine) as conn:
            applied = applied_by_id(conn, [row["id"] for row in rows])
        events = read_rows([row for row in rows if not applied.get(row["id"])], _facts_of)
        return [event for event in events if event.happenings or event.error]

    def _read_invoice_payments(self, rows: Sequence[StripeObject]) -> list[ListRow]:
        links = read_rows(rows, read_invoice_payment)
        payments = {link.id: _payment_of_link(link) for link in links}
        with reading(self._engine) as conn:
            known = book_store.payments_with_named_invoice(conn, [payment for payment in payments.values() if payment])
        return [link for link in links if payments[link.id] not in known]

    def read_lines(self, rows: Sequence[StripeObject]) -> list[ListRow]:
        """The lines among these that we do not know.

        A renewal's line is read together with its payment's invoice, which says whose it is.
        """
        with reading(self._engine) as conn:
            known = book_store.known_lines(conn, [row["id"] for row in rows])
        new = {row["id"]: row for row in rows if row["id"] not in known}
        lines = read_rows(list(new.values()), read_line)
        unlinked = {line.id: payment for line in lines if (payment := _payment_without_owner(line, new[line.id]))}
        if not unlinked:
            return lines
        with reading(self._engine) as conn:
            linked = book_store.payments_with_owner(conn, sorted(set(unlinked.values())))
        links = {payment: self._ask_for_link(payment) for payment in sorted(set(unlinked.values()) - linked)}
        return [self._with_link(line, links.get(unlinked.get(line.id, ""))) for line in lines]

    def _ask_for_link(self, payment: str) -> tuple[Happening, ...]:
        """Which invoice this payment paid, if it is a renewal's."""
        asked = {"type": "payment_intent", "payment_intent": payment}
        page = self._lists.invoice_payments(status="paid", payment=asked)
        return tuple(happening for row in page.rows for happening in read_invoice_payment(row))

    def _with_link(self, line: ListRow, link: tuple[Happening, ...] | None) -> ListRow:
        """The line with its link. A line so young that its invoice may still come is left for a later run."""
        if link is None:
            return line
        too_early = not link and self._clock() - line.at < INVOICE_DELAY
        return replace(line, happenings=(*link, *line.happenings), too_early=too_early)


def _facts_of(event: StripeObject) -> tuple[Happening, ...]:
    """An event's happenings without a change of the balance, whose lines are read in any case."""
    return tuple(happening for happening in read(event) if not isinstance(happening, BalanceChanged))


def _payment_of_link(link: ListRow) -> str | None:
    return next((happening.payment for happening in link.happenings if isinstance(happening, InvoicePaid)), None)


def _payment_without_owner(read: ListRow, row: StripeObject) -> str | None:
    """The payment behind a line whose own metadata does not say whose it is, and which may be a renewal's."""
    line = read.happenings[0] if read.happenings else None
    if not isinstance(line, BalanceLine) or line.category not in OF_PAYMENTS or line.marked or not _may_renew(row):
        return None
    return line.payment


def _may_renew(row: StripeObject) -> bool:
    """Whether a subscription may be behind it: it pays by a payment intent, for a customer (Stripe makes one)."""
    source = row["source"]
    charge = source if source.get("object") == "charge" else source.get("charge")
    if not isinstance(charge, Mapping):
        return True
    return bool(charge.get("payment_intent") and charge.get("customer"))
