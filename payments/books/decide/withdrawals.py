"""Money that goes back: refunds, disputes and late failures. They wait until the gift of their payment is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from ledger.entry import Entry
from payments.books.decide.changes import WaitingFact, WithdrawalChanges
from payments.books.decide.charges import DecidedCharges
from payments.books.decide.checkouts import DecidedCheckouts
from payments.books.decide.entries import Withdrawal, withdrawal_entries
from payments.books.decide.known import Known, Refund
from payments.books.decide.lines import DecidedLines
from payments.books.decide.notice import Batch, Caused, FactsOf, each_once, new_facts, require_same
from payments.books.decide.recurring import DecidedInvoices
from payments.gifts.gift import GiftState
from payments.reading.happenings import DisputeFundsMoved, PaymentFailed, RefundAgreed, RefundFailed

_REFUNDS = FactsOf(lambda refund: refund.refund, lambda refund: (refund.payment, refund.amount))
_DISPUTE_MOVES = FactsOf(lambda move: move.line, lambda move: (move.dispute, move.payment, move.amount))
_FAILURES = FactsOf(lambda failure: failure.charge, lambda failure: (failure.payment, failure.amount))


@dataclass(frozen=True, slots=True)
class DecidedWithdrawals:
    """Facts about money that went back, the entries that follow, and the gifts that have failed by it."""

    changes: WithdrawalChanges
    entries: tuple[Entry, ...]
    failed_gifts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Links:
    """What the topics before have decided about payments, charges and lines."""

    checkouts: DecidedCheckouts
    invoices: DecidedInvoices
    charges: DecidedCharges
    lines: DecidedLines


def decide_withdrawals(known: Known, batch: Batch, links: Links, zone: tzinfo) -> DecidedWithdrawals:
    """Add what went back to the facts; entries follow of new facts, and of old ones whose gift became known now."""
    new_refunds, changed_refunds, refund_facts = _refunds(known, batch)
    moved = [(move, cause) for move, cause in batch.of(DisputeFundsMoved) if move.amount]
    new_moves = new_facts(moved, known.dispute_moves, _DISPUTE_MOVES)
    new_failures = new_facts(batch.of(PaymentFailed), known.failures, _FAILURES)
    new: list[Caused[Withdrawal]] = [*refund_facts, *new_moves, *new_failures]
    withdrawals = new + _bookable_now(known, links.charges)
    paid_by = links.charges.paid_by
    without_gift = [withdrawal for withdrawal, _ in withdrawals if withdrawal.payment not in paid_by]
    entries = [
        entry
        for withdrawal, cause in withdrawals
        if (paid := paid_by.get(_taken_from(withdrawal)))
        for entry in withdrawal_entries(withdrawal, paid, zone, cause)
    ]
    changes = WithdrawalChanges(
        new_refunds=new_refunds,
        changed_refunds=changed_refunds,
        dispute_moves=tuple(move for move, _ in new_moves),
        failures=tuple(failure for failure, _ in new_failures),
        waiting=_waiting(without_gift, links.lines),
        no_longer_waiting=_no_longer_waiting(known, links, paid_by),
    )
    failed = [withdrawal for withdrawal in without_gift if isinstance(withdrawal, PaymentFailed)]
    return DecidedWithdrawals(changes, tuple(entries), _failed_gifts(known, links, failed))


def _refunds(
    known: Known, batch: Batch
) -> tuple[tuple[Refund, ...], tuple[Refund, ...], list[Caused[RefundAgreed | RefundFailed]]]:
    """The refunds that are new, those of which more is known now, and the facts that say so."""
    refunds: dict[str, Refund] = {}
    facts: list[Caused[RefundAgreed | RefundFailed]] = []
    agreed, failed = each_once(batch.of(RefundAgreed), _REFUNDS), each_once(batch.of(RefundFailed), _REFUNDS)
    reported: list[Caused[RefundAgreed | RefundFailed]] = [*agreed.values(), *failed.values()]
    for fact, cause in reported:
        before = refunds.get(fact.refund) or known.refunds.get(fact.refund)
        if before:
            require_same(fact.refund, (fact.payment, fact.amount), (before.payment, before.amount))
        before = before or Refund(fact.refund, fact.payment, fact.amount, None, None, fact.parts)
        refunds[fact.refund] = after = _with(before, fact)
        facts += [(replace(fact, parts=after.parts), cause)] if after != before else []
    new = tuple(refunds[refund] for refund in sorted(refunds.keys() - known.refunds.keys()))
    both = sorted(refunds.keys() & known.refunds.keys())
    changed = tuple(refunds[refund] for refund in both if refunds[refund] != known.refunds[refund])
    return new, changed, facts


def _with(refund: Refund, fact: RefundAgreed | RefundFailed) -> Refund:
    """The refund with this fact added; the first instant that was reported stays."""
    if isinstance(fact, RefundAgreed):
        return replace(refund, agreed_at=refund.agreed_at or fact.at)
    return replace(refund, failed_at=refund.failed_at or fact.at, why_failed=refund.why_failed or fact.why)


def _bookable_now(known: Known, charges: DecidedCharges) -> list[Caused[Withdrawal]]:
    """What was reported before of payments whose gift has become known now.

    A payment that a link shows to be ours only now may have been taken for not ours, so that nothing waited for it.
    What went back of a payment whose gift was known before was booked then, perhaps to a campaign that the gift has
    been moved from since.
    """
    linked = {joined.charge.payment for joined in charges.paid if joined.linked}
    booked = {charge for charge, known_charge in known.charges.items() if known_charge.gift}
    payments = linked | (known.waiting & charges.causes.keys())
    payments -= {known.charges[charge].fact.payment for charge in booked}
    failures = [failure for failure in known.failures.values() if failure.charge not in booked]
    kept: list[Withdrawal] = [failure for failure in failures if failure.payment in charges.causes]
    kept += [move for move in known.dispute_moves.values() if move.payment in payments]
    kept += [fact for refund in known.refunds.values() if refund.payment in payments for fact in _facts_of(refund)]
    return [(withdrawal, charges.causes[withdrawal.payment]) for withdrawal in kept]


def _facts_of(refund: Refund) -> list[RefundAgreed | RefundFailed]:
    """The facts that a kept refund consists of."""
    facts: list[RefundAgreed | RefundFailed] = []
    if refund.agreed_at:
        facts.append(RefundAgreed(refund.id, refund.payment, refund.amount, refund.agreed_at, refund.parts))
    if refund.failed_at:
        facts.append(
            RefundFailed(refund.id, refund.payment, refund.amount, refund.failed_at, refund.parts, refund.why_failed)
        )
    return facts


def _taken_from(withdrawal: Withdrawal) -> str:
    """What it was taken from: the charge that failed; otherwise the payment, because Stripe names no charge there."""
    return withdrawal.charge if isinstance(withdrawal, PaymentFailed) else withdrawal.payment


def _waiting(without_gift: Sequence[Withdrawal], lines: DecidedLines) -> tuple[WaitingFact, ...]:
    """What waits for its gift: nothing of payments that the balance showed not to be ours.

    A failure does not wait: without a success nothing was taken, and with one it is found by its payment.
    """
    not_ours = {booked.fact.payment for booked in lines.lines.values() if booked.ours is False}
    return tuple(
        _waiting_fact(withdrawal)
        for withdrawal in without_gift
        if not isinstance(withdrawal, PaymentFailed) and withdrawal.payment not in not_ours
    )


def _waiting_fact(withdrawal: RefundAgreed | RefundFailed | DisputeFundsMoved) -> WaitingFact:
    if isinstance(withdrawal, DisputeFundsMoved):
        return WaitingFact(withdrawal.payment, withdrawal.line, "dispute")
    return WaitingFact(withdrawal.payment, withdrawal.refund, "refund")


def _no_longer_waiting(known: Known, links: Links, paid_by: Mapping[str, object]) -> tuple[str, ...]:
    """The payments whose gift is known now, and those that the balance showed not to be ours."""
    with_gift = known.waiting & links.charges.causes.keys() & paid_by.keys()
    return tuple(sorted(with_gift | (known.waiting & links.lines.not_ours)))


def _failed_gifts(known: Known, links: Links, failures: Iterable[PaymentFailed]) -> frozenset[str]:
    """The gifts of payments that failed before they ever succeeded, as far as it is known which those are."""
    named = {
        gift
        for failure in failures
        for gift in (failure.gift, links.checkouts.gift_of_intent.get(failure.payment), _first_gift(failure, links))
    }
    gifts = [known.gifts[gift] for gift in named if gift and gift in known.gifts]
    return frozenset(gift.id for gift in gifts if gift.state.rank < GiftState.FAILED.rank)


def _first_gift(failure: PaymentFailed, links: Links) -> str | None:
    """The gift that begins the recurring one whose first invoice this payment was to pay."""
    bill = links.invoices.bills.get(failure.payment)
    return bill.recurring.first_gift if bill and bill.recurring and bill.invoice and bill.invoice.first else None
