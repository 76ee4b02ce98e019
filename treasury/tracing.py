"""Put a trace together from what the database knows."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from campaigns.store import campaigns
from ledger.money import Money
from payments.gifts.gift import Gift, GiftState
from payments.gifts.store import gift as gift_by_id
from treasury import store_trace as store
from treasury.store_finding import named
from treasury.store_trace import LineFact, PayoutFact
from treasury.trace import (
    CHARGED,
    OPENED,
    RECEIPTED,
    NoTrace,
    Part,
    SeveralTraces,
    Step,
    Trace,
    entry_step,
    in_order,
    only,
)
from treasury.trace_gaps import gaps_of_gift, gaps_of_payment, gaps_of_payout

MOST_PARTS = 200


def trace(conn: Connection, asked: str) -> Trace:
    """Everything known about what goes by this name.

    A gift's id or its reference, a payment, refund, dispute, payout, receipt number, session, invoice, balance
    transaction or recurring gift. Raises NoTrace, or SeveralTraces for gifts whose references are alike.
    """
    found = named(conn, asked)
    if not found:
        raise NoTrace(asked)
    if len(found) > 1:
        raise SeveralTraces(", ".join(one.id for one in found))
    [thing] = found
    titles = {campaign.id: campaign.title for campaign in campaigns(conn)}
    match thing.what:
        case "gift":
            return _gift(conn, thing.id, titles)
        case "payout":
            return _payout(conn, thing.id, titles)
        case "recurring":
            return _recurring(conn, thing.id)
        case _:
            return _payment(conn, thing.id, titles)


def _gift(conn: Connection, gift_id: str, titles: Mapping[int, str]) -> Trace:
    gift = gift_by_id(conn, gift_id)
    if gift is None:
        raise NoTrace(gift_id)
    charges = store.charges(conn, gift_id)
    payments = [charge.payment for charge in charges]
    lines = store.lines(conn, payments) if payments else []
    payouts = _payouts_of(conn, lines)
    steps = [
        *_asked(conn, gift, titles),
        *(Step(charge.at, f"Charged: {charge.method}", charge.id, charge.amount, rank=CHARGED) for charge in charges),
        *_entries(conn, payments, gift_id, titles),
        *_payout_steps(conn, lines, payouts, titles),
    ]
    return Trace(
        "gift",
        gift.id,
        f"Gift {gift.reference}",
        gift.donor.name,
        in_order(steps),
        tuple(gaps_of_gift(conn, gift, charges, lines, payouts)),
    )


def _asked(conn: Connection, gift: Gift, titles: Mapping[int, str]) -> list[Step]:
    """What came before the money: the form (or the invoice of a recurring gift), checkouts, and the receipt."""
    shares = ", ".join(titles.get(share.campaign, "no campaign") for share in gift.allocations)
    instalment = gift.recurring_id is not None and gift.session_id is None and gift.state is GiftState.RECEIVED
    if instalment:
        steps = [Step(gift.created_at, f"Instalment for {shares}", gift.invoice_id or "", gift.amount)]
    else:
        steps = [Step(gift.created_at, f"Asked for, to go to {shares}", gift.id, gift.amount)]
    opened = gift.attempted_at or gift.created_at
    for session, _ in store.checkouts(conn, gift.id):
        steps.append(Step(opened, "Sent to Stripe to pay", session, rank=OPENED))
    for receipt in store.receipts(conn, gift.id):
        steps.append(Step(receipt.issued_at, f"Receipt {receipt.number}", rank=RECEIPTED))
    return steps


def _entries(conn: Connection, payments: Sequence[str], gift_id: str | None, titles: Mapping[int, str]) -> list[Step]:
    """The entries about these payments, and about what was given back or taken back of them."""
    subjects = {*payments}
    subjects |= {one.subject for one in (*store.refunds(conn, payments), *store.dispute_moves(conn, payments))}
    subjects |= {line.id for line in store.lines(conn, payments)} if payments else set()
    return [entry_step(one, titles) for one in store.posted_about(conn, sorted(subjects), gift_id)]


def _payouts_of(conn: Connection, lines: Sequence[LineFact]) -> list[PayoutFact]:
    return store.payouts(conn, sorted({line.payout for line in lines if line.payout}))


def _payout_steps(
    conn: Connection, lines: Sequence[LineFact], payouts: Sequence[PayoutFact], titles: Mapping[int, str]
) -> list[Step]:
    """The way to the bank of the payouts that these lines left with, and how much of each is theirs."""
    steps = []
    for payout in payouts:
        inside = [line.amount - line.fee for line in lines if line.payout == payout.id]
        share = sum(inside, start=Money(0, payout.amount.currency))
        steps += [only(share, entry_step(one, titles)) for one in store.posted_about(conn, [payout.id])]
    return steps


def _payment(conn: Connection, payment: str, titles: Mapping[int, str]) -> Trace:
    """A payment whose gift is not known, or is not ours; or a line that no payment stands behind."""
    charges, lines = store.charges(conn, None, payment), store.lines(conn, [payment])
    payouts = _payouts_of(conn, lines)
    steps = [
        *(Step(charge.at, f"Charged: {charge.method}", charge.id, charge.amount, rank=CHARGED) for charge in charges),
        *_entries(conn, [payment], None, titles),
        *_payout_steps(conn, lines, payouts, titles),
    ]
    missing = tuple(gaps_of_payment(conn, payment, charges, lines))
    return Trace("payment", payment, f"Payment {payment}", "", in_order(steps), missing)


def _payout(conn: Connection, payout_id: str, titles: Mapping[int, str]) -> Trace:
    found = store.payouts(conn, [payout_id])
    lines = store.lines(conn, [], of_payout=payout_id, limit=MOST_PARTS)
    steps = [entry_step(one, titles) for one in store.posted_about(conn, [payout_id])]
    return Trace(
        "payout",
        payout_id,
        f"Payout {payout_id}",
        "",
        in_order(steps),
        tuple(gaps_of_payout(found[0] if found else None)),
        tuple(Part(line.payment or line.id, line.kind, line.at, line.amount - line.fee) for line in lines),
        store.count_lines(conn, payout_id),
    )


def _recurring(conn: Connection, recurring_id: str) -> Trace:
    gifts = store.instalments(conn, recurring_id)
    parts = tuple(Part(gift, state, at, amount) for gift, state, amount, at in gifts)
    missing = () if gifts else ("No gift of it is here yet.",)
    return Trace(
        "recurring", recurring_id, f"Recurring gift {recurring_id[:8].upper()}", "", (), missing, parts, len(parts)
    )
