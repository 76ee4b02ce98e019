"""The lists that are walked: events, links from payments to invoices, lines of the balance, the latest charges."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading
from payments.books.decide.line_entries import OF_PAYMENTS
from payments.reading.balance_lines import read_line
from payments.reading.events import EVENTS, read
from payments.reading.happenings import BalanceChanged, BalanceLine, Happening, InvoicePaid
from payments.reading.invoices import read_invoice_payment
from payments.settlement import store
from payments.settlement.list_walk import ReadRow, WalkableList, read_rows
from payments.stripe.lists import ListPage, Row, StripeLists

EVENTS_KEPT = timedelta(days=30)
# Nothing happened at Stripe on our behalf before the first gift was asked for; minutes, for clocks that differ.
BEFORE_FIRST_GIFT = timedelta(minutes=10)
# For so long the invoice of a renewal may lag behind its money: it is made only after the payment
# (reference: Stripe's changelog, 2025-03-31.basil, checkout-legacy-subscription-upgrade).
INVOICE_LAG = timedelta(minutes=10)

# A charge's line may follow it: within an hour, Stripe says (reference: its docs, asynchronous capture).
LINE_LAG = timedelta(hours=2)
CHARGED = "charge.succeeded"
# What these say is in the other lists, or said by another event as well; and Stripe takes 20 names at most.
REPEATED = frozenset({
    CHARGED, "charge.updated", "checkout.session.async_payment_succeeded", "invoice_payment.paid",
    "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
    "customer.subscription.paused", "customer.subscription.resumed", "payout.created", "payout.updated",
})  # fmt: skip
WALKED = [name for name in EVENTS if name not in REPEATED]
assert len(WALKED) <= 20, "Stripe's list of events takes no more names"


class ListReaders:
    """Stripe's lists, read with what our books know already."""

    def __init__(self, engine: Engine, lists: StripeLists, clock: Clock) -> None:
        self._engine, self._lists, self._clock = engine, lists, clock
        self._since: datetime | None = None

    def since(self) -> datetime | None:
        """When our time at Stripe begins; None while nobody has given yet."""
        if self._since is None:  # the first gift stays the first
            with reading(self._engine) as conn:
                first = store.first_gift(conn)
            self._since = first - BEFORE_FIRST_GIFT if first else None
        return self._since

    def events(self, since: datetime) -> WalkableList:
        """Events, as far back as Stripe keeps them; those that the webhook has brought are known."""

        def ask(**params: Any) -> ListPage:
            return self._lists.events(types=WALKED, **params)

        return WalkableList("events", ask, self._read_events, max(since, self._clock() - EVENTS_KEPT))

    def charges(self, since: datetime) -> WalkableList:
        """Charges that no line has told of: call it when the lines were read.

        The latest, whose lines may not be there yet; and all from the first line whose charge we lack, because it
        was a delayed one: when that succeeded its event alone says.
        """
        kept = self._clock() - EVENTS_KEPT
        with reading(self._engine) as conn:
            lacking = store.first_without_charge(conn, kept)
        latest = self._clock() - LINE_LAG
        from_there = max(since, kept, min(latest, lacking - LINE_LAG) if lacking else latest)

        def ask(**params: Any) -> ListPage:
            return self._lists.events(types=[CHARGED], **params)

        return WalkableList("charges", ask, self._read_events, from_there, below_mark=lacking is not None)

    def invoice_payments(self, since: datetime) -> WalkableList:
        """Which payment paid which invoice."""

        def ask(**params: Any) -> ListPage:
            return self._lists.invoice_payments(status="paid", **params)

        return WalkableList("invoice_payments", ask, self._read_links, since)

    def lines(self, since: datetime) -> WalkableList:
        """Lines of the balance."""
        return WalkableList("balance", self._lists.balance_transactions, self.read_lines, since)

    def _read_events(self, rows: Sequence[Row]) -> list[ReadRow]:
        with reading(self._engine) as conn:
            known = store.applied_deliveries(conn, [row["id"] for row in rows])
        reads = read_rows([row for row in rows if row["id"] not in known], _facts_of)
        return [read for read in reads if read.told or read.unfit]

    def _read_links(self, rows: Sequence[Row]) -> list[ReadRow]:
        reads = read_rows(rows, read_invoice_payment)
        payments = {read.id: _payment_of_link(read) for read in reads}
        with reading(self._engine) as conn:
            known = store.invoiced(conn, [payment for payment in payments.values() if payment])
        return [read for read in reads if payments[read.id] not in known]

    def read_lines(self, rows: Sequence[Row]) -> list[ReadRow]:
        """The lines among these that we do not know, each with the link that says whose it is, if it needs one."""
        with reading(self._engine) as conn:
            known = store.known_lines(conn, [row["id"] for row in rows])
        new = {row["id"]: row for row in rows if row["id"] not in known}
        reads = read_rows(list(new.values()), read_line)
        homeless = {read.id: payment for read in reads if (payment := _homeless(read, new[read.id]))}
        if not homeless:
            return reads
        with reading(self._engine) as conn:
            linked = store.linked(conn, sorted(set(homeless.values())))
        found = {payment: self._ask_for_link(payment) for payment in sorted(set(homeless.values()) - linked)}
        return [self._joined(read, found.get(homeless.get(read.id, ""))) for read in reads]

    def _ask_for_link(self, payment: str) -> tuple[Happening, ...]:
        """Which invoice this payment paid, if it is a renewal's."""
        asked = {"type": "payment_intent", "payment_intent": payment}
        page = self._lists.invoice_payments(status="paid", payment=asked)
        return tuple(happening for row in page.rows for happening in read_invoice_payment(row))

    def _joined(self, read: ReadRow, link: tuple[Happening, ...] | None) -> ReadRow:
        """The line with its link. One that is so young that its invoice may lag behind is read again later."""
        if link is None:
            return read
        return replace(read, told=(*link, *read.told), early=not link and self._clock() - read.at < INVOICE_LAG)


def _facts_of(event: Row) -> tuple[Happening, ...]:
    """What an event tells, but for the balance: that is walked in any case."""
    return tuple(one for one in read(event) if not isinstance(one, BalanceChanged))


def _payment_of_link(read: ReadRow) -> str | None:
    return next((one.payment for one in read.told if isinstance(one, InvoicePaid)), None)


def _homeless(read: ReadRow, row: Row) -> str | None:
    """The payment behind a line whose own metadata does not say whose it is, and which may be a renewal's."""
    line = read.told[0] if read.told else None
    if not isinstance(line, BalanceLine) or line.category not in OF_PAYMENTS or line.marked or not _may_renew(row):
        return None
    return line.payment


def _may_renew(row: Row) -> bool:
    """Whether a subscription may be behind it: it pays by a payment intent, for a customer (Stripe makes one)."""
    source = row["source"]
    charge = source if source.get("object") == "charge" else source.get("charge")
    if not isinstance(charge, Mapping):
        return True
    return bool(charge.get("payment_intent") and charge.get("customer"))
