"""A trace: everything that happened to one gift, from the donor's form to the line on the bank statement.

Put together from the database. What is not there yet is listed, with the reason why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from campaigns.store import campaigns
from ledger.money import Money
from payments.bank.views import bank_line_of
from payments.gifts.gift import Gift, GiftState
from payments.gifts.store import gift as gift_by_id
from proof import store_trace as store
from proof.store_identifiers import Identified, identify
from proof.store_trace import ChargeFact, LineFact, PayoutFact, PostedEntry
from proof.trace_missing import CommandWording, TraceWording, missing_of_gift, missing_of_payment, missing_of_payout
from proof.trace_steps import CHARGED, OPENED, RECEIPTED, Step, bank_step, entry_step, in_order, payout_steps, share_of

MOST_PARTS = 200
_IN_UTC = CommandWording()


@dataclass(frozen=True, slots=True)
class Part:
    """Something inside a trace that has a trace of its own: an instalment, a payment in a payout."""

    id: str
    what: str
    at: datetime
    amount: Money


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known about one gift, payment, payout or recurring gift.

    `kind` is gift, payment, payout or recurring. `missing` says what is not there yet, and why. `parts` holds the
    first 200 of `parts_in_all`.
    """

    kind: str
    id: str
    heading: str
    donor: str
    steps: tuple[Step, ...]
    missing: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    parts_in_all: int = 0

    @property
    def entries(self) -> list[PostedEntry]:
        """Only the entries."""
        return [step.entry for step in self.steps if step.entry]


class NoTrace(LookupError):
    """No gift, payment, payout or recurring gift has this identifier."""


class SeveralTraces(LookupError):
    """Several gifts have references that are alike; the message lists their ids."""


def trace(conn: Connection, identifier: str, wording: TraceWording = _IN_UTC) -> Trace:
    """Everything that is known about the money behind an identifier.

    A gift's id or reference, a payment, charge, refund, dispute, payout, receipt number, session, invoice, balance
    transaction or recurring gift. Raises NoTrace, or SeveralTraces for gifts whose references are alike.
    """
    matches = identify(conn, identifier)
    if not matches:
        raise NoTrace(identifier)
    if len(matches) > 1:
        raise SeveralTraces(", ".join(match.id for match in matches))
    titles = {campaign.id: campaign.title for campaign in campaigns(conn)}
    match matches[0]:
        case Identified("gift", gift_id):
            return _gift(conn, wording, gift_id, titles)
        case Identified("payout", payout_id):
            return _payout(conn, wording, payout_id, titles)
        case Identified("recurring", recurring_id):
            return _recurring(conn, recurring_id)
        case Identified(_, payment):
            return _payment(conn, wording, payment, titles)


def _gift(conn: Connection, wording: TraceWording, gift_id: str, titles: Mapping[int, str]) -> Trace:
    gift = gift_by_id(conn, gift_id)
    if gift is None:
        raise NoTrace(gift_id)
    charges = store.charge_facts(conn, gift_id)
    payments = [charge.payment for charge in charges]
    lines = store.line_facts(conn, payments) if payments else []
    payouts = _payouts_of(conn, lines)
    steps = [
        *_before_payment(conn, gift, titles),
        *_charge_steps(charges),
        *_entry_steps(conn, payments, gift_id, titles),
        *_payout_steps(conn, lines, payouts, titles),
    ]
    missing = tuple(missing_of_gift(conn, wording, gift, charges, lines, payouts))
    return Trace("gift", gift.id, f"Gift {gift.reference}", gift.donor.name, in_order(steps), missing)


def _before_payment(conn: Connection, gift: Gift, titles: Mapping[int, str]) -> list[Step]:
    """The form (or a recurring gift's invoice), the checkouts, and the receipt."""
    shares = ", ".join(titles.get(share.campaign, "no campaign") for share in gift.allocations)
    instalment = gift.recurring_id is not None and gift.session_id is None and gift.state is GiftState.RECEIVED
    if instalment:
        steps = [Step(gift.created_at, f"Instalment for {shares}", gift.invoice_id or "", gift.amount)]
    elif gift.is_offline:
        steps = [Step(gift.created_at, f"Entered by hand, for {shares}", gift.id, gift.amount)]
    else:
        steps = [Step(gift.created_at, f"Asked for, to go to {shares}", gift.id, gift.amount)]
    opened = gift.attempted_at or gift.created_at
    for session in store.checkout_ids(conn, gift.id):
        steps.append(Step(opened, "Sent to Stripe to pay", session, rank=OPENED))
    for receipt in store.receipts(conn, gift.id):
        steps.append(Step(receipt.issued_at, f"Receipt {receipt.number}", rank=RECEIPTED, receipt=receipt.number))
    return steps


def _charge_steps(charges: Sequence[ChargeFact]) -> list[Step]:
    return [Step(charge.at, f"Charged: {charge.method}", charge.id, charge.amount, rank=CHARGED) for charge in charges]


def _entry_steps(
    conn: Connection, payments: Sequence[str], gift_id: str | None, titles: Mapping[int, str]
) -> list[Step]:
    """The entries about these payments, and about their refunds and disputes."""
    subjects = {*payments}
    subjects |= {refund.subject for refund in store.refund_facts(conn, payments)}
    subjects |= {move.subject for move in store.dispute_moves(conn, payments)}
    subjects |= {line.id for line in store.line_facts(conn, payments)} if payments else set()
    return [entry_step(entry, titles) for entry in store.entries_about(conn, sorted(subjects), gift_id)]


def _payouts_of(conn: Connection, lines: Sequence[LineFact]) -> list[PayoutFact]:
    return store.payout_facts(conn, sorted({line.payout for line in lines if line.payout}))


def _payout_steps(
    conn: Connection, lines: Sequence[LineFact], payouts: Sequence[PayoutFact], titles: Mapping[int, str]
) -> list[Step]:
    """The way to the bank of the payouts that hold these lines, and how much of each payout these lines are."""
    steps = []
    for payout in payouts:
        net_amounts = [line.amount - line.fee for line in lines if line.payout == payout.id]
        share = sum(net_amounts, start=Money(0, payout.amount.currency))
        steps += [share_of(step, share) for step in _way_of_payout(conn, payout.id, titles)]
    return steps


def _way_of_payout(conn: Connection, payout_id: str, titles: Mapping[int, str]) -> list[Step]:
    """From Stripe's balance to the line of the bank's own statement."""
    steps = payout_steps(store.entries_about(conn, [payout_id]), titles)
    line = bank_line_of(conn, payout_id)
    return steps if line is None else [*steps, bank_step(line, steps)]


def _payment(conn: Connection, wording: TraceWording, payment: str, titles: Mapping[int, str]) -> Trace:
    """A payment whose gift is unknown or not ours, or a balance line without a payment."""
    charges, lines = store.charge_facts(conn, None, payment), store.line_facts(conn, [payment])
    payouts = _payouts_of(conn, lines)
    steps = [
        *_charge_steps(charges),
        *_entry_steps(conn, [payment], None, titles),
        *_payout_steps(conn, lines, payouts, titles),
    ]
    missing = tuple(missing_of_payment(conn, wording, payment, charges, lines))
    return Trace("payment", payment, f"Payment {payment}", "", in_order(steps), missing)


def _payout(conn: Connection, wording: TraceWording, payout_id: str, titles: Mapping[int, str]) -> Trace:
    payouts = store.payout_facts(conn, [payout_id])
    lines = store.line_facts(conn, [], of_payout=payout_id, limit=MOST_PARTS)
    steps = _way_of_payout(conn, payout_id, titles)
    return Trace(
        "payout",
        payout_id,
        f"Payout {payout_id}",
        "",
        in_order(steps),
        tuple(missing_of_payout(wording, payouts[0] if payouts else None)),
        tuple(Part(line.payment or line.id, line.kind, line.at, line.amount - line.fee) for line in lines),
        store.payout_line_count(conn, payout_id),
    )


def _recurring(conn: Connection, recurring_id: str) -> Trace:
    instalments = store.instalment_gifts(conn, recurring_id)
    parts = tuple(Part(gift_id, state, at, amount) for gift_id, state, amount, at in instalments)
    missing = () if parts else ("No gift of it is here yet.",)
    heading = f"Recurring gift {recurring_id[:8].upper()}"
    return Trace("recurring", recurring_id, heading, "", (), missing, parts, len(parts))
