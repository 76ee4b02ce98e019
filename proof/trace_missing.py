"""What is missing from a trace, and why: one sentence for each gap."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import Connection

from ledger.money import Money
from payments.gifts.gift import Gift, GiftState
from proof import store_trace as store
from proof.store_trace import ChargeFact, LineFact, PayoutFact

_UNPAID = {
    GiftState.PENDING: "Not paid: the donor has not finished Stripe's page, or Stripe has not told us yet.",
    GiftState.PROCESSING: "Not paid yet: the donor's bank is working on it, which can take some days.",
    GiftState.EXPIRED: "Not paid: Stripe's page was open for too long and has closed.",
    GiftState.FAILED: "Not paid: the payment failed.",
}


class TraceWording(Protocol):
    """How instants and amounts are written inside of a sentence: at the desk in the organisation's time."""

    def instant(self, instant: datetime) -> str:
        """A day and a time of day."""

    def money_exact(self, amount: Money) -> str:
        """An amount to the penny."""


class CommandWording:
    """As the command line writes them: in UTC, like the logs beside it."""

    def instant(self, instant: datetime) -> str:
        """Like "21 November 2026, 09:30 UTC"."""
        return f"{instant.astimezone(UTC):%d %B %Y, %H:%M} UTC"

    def money_exact(self, amount: Money) -> str:
        """Like "GBP 9.65"."""
        return str(amount)


def missing_of_gift(
    conn: Connection,
    wording: TraceWording,
    gift: Gift,
    charges: Sequence[ChargeFact],
    lines: Sequence[LineFact],
    payouts: Sequence[PayoutFact],
) -> Iterator[str]:
    """What a gift lacks, from its payment to the bank."""
    if gift.is_offline:
        return
    if not charges:
        yield _UNPAID.get(gift.state, "The charge that paid it is not here. ./farthing audit says more.")
        return
    if not store.receipts(conn, gift.id):
        yield "No receipt was issued. ./farthing audit says more."
    yield from _unprinted(conn, gift.id)
    payments = list(dict.fromkeys(charge.payment for charge in charges))
    yield from _unseen(conn, wording, payments, lines)
    yield from _unsent(wording, lines, payouts)


def missing_of_payment(
    conn: Connection, wording: TraceWording, payment: str, charges: Sequence[ChargeFact], lines: Sequence[LineFact]
) -> Iterator[str]:
    """What a payment lacks whose gift is not known."""
    for charge in charges:
        if charge.gift_hint:
            yield f"Its gift {charge.gift_hint} is not in this database. Was it restored from an older backup?"
        else:
            yield "No gift is known for it. It may belong to something else on the same Stripe account."
    for fact, since in store.waiting_facts(conn, [payment]):
        yield f"{fact} has waited since {wording.instant(since)} for the gift to be known."
    yield from _unseen(conn, wording, [payment] if charges else [], lines)


def missing_of_payout(wording: TraceWording, payout: PayoutFact | None) -> Iterator[str]:
    """What a payout lacks."""
    if payout is None:
        yield "Stripe has not told us of this payout; only its line in the balance is here."
        return
    if payout.arrived_on is None and payout.returned_at is None:
        yield f"It has not arrived at the bank yet: Stripe calls it {payout.status or 'pending'}."
    if payout.lines is None:
        manual = payout.automatic is False
        yield (
            "It was made by hand, so Stripe does not say which payments it consists of."
            if manual
            else "Stripe has not said yet which payments it consists of."
        )
    elif payout.lines != payout.amount:
        lines, whole = wording.money_exact(payout.lines), wording.money_exact(payout.amount)
        yield f"Its lines add up to {lines}, not to {whole}: ask Stripe."


def _unprinted(conn: Connection, gift_id: str) -> Iterator[str]:
    for receipt in store.receipts(conn, gift_id):
        if not receipt.printed:
            yield f"Receipt {receipt.number} is not printed yet: the worker does it."


def _unseen(
    conn: Connection, wording: TraceWording, payments: Sequence[str], lines: Sequence[LineFact]
) -> Iterator[str]:
    """Payments and refunds that have no line in Stripe's balance."""
    seen = {line.subject for line in lines}
    refunds = [refund.id for refund in store.refund_facts(conn, payments) if refund.undone_at is None]
    names = [*((payment, "The payment") for payment in payments), *((refund, f"Refund {refund}") for refund in refunds)]
    for subject, name in names:
        if subject not in seen:
            yield f"{name} has not been seen in Stripe's balance yet. {_balance_read(conn, wording)}"


def _balance_read(conn: Connection, wording: TraceWording) -> str:
    since, read = store.silent_since(conn), store.balance_read_at(conn)
    if since is not None:
        return f"Stripe has not answered since {wording.instant(since)}."
    if read is None:
        return "The balance was never read: ./farthing reconcile."
    return f"The balance was last read on {wording.instant(read)}; it is read every hour."


def _unsent(wording: TraceWording, lines: Sequence[LineFact], payouts: Sequence[PayoutFact]) -> Iterator[str]:
    """What is still at Stripe, or in transit."""
    unsent = [line for line in lines if line.payout is None]
    if unsent and sum(line.amount.minor for line in unsent) <= 0:
        yield "It went back before it was paid out. What Stripe keeps of it, its fee, comes off the next payout."
    elif unsent:
        yield "Not in a payout that Stripe has listed: it still lies at Stripe, or left with a payout made by hand."
    for payout in payouts:
        yield from (f"Payout {payout.id}: {gap[0].lower()}{gap[1:]}" for gap in missing_of_payout(wording, payout))
