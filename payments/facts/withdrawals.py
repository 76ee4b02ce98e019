"""Money that goes back: refunds, disputes and late failures. They wait until the gift of their payment is known."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from sqlalchemy.engine import Connection

from ledger.entry import Entry
from payments import store
from payments.bookkeeping import Paid, Withdrawal, withdrawal_entries
from payments.facts import store_charges, store_lines, store_withdrawals
from payments.facts.bills import bills
from payments.facts.charges import Joined
from payments.facts.heard import Caused, Heard, once, require_same, unknown
from payments.facts.store_withdrawals import Refund
from payments.gifts import GiftState
from payments.happenings import DisputeMoved, PaymentFailed, RefundAgreed, RefundUndone


def withdraw(conn: Connection, heard: Heard, joined: Joined, zone: tzinfo, now: datetime) -> list[Entry]:
    """Add what went back to the facts; returns the entries that follow, of old facts and new ones."""
    new = _tell_refunds(conn, heard) + _tell_moves(conn, heard) + _tell_failures(conn, heard)
    waiting, failed = joined.went_back()
    told = new + _kept(conn, joined, waiting, failed)
    if not told:
        return []
    paid = _paid(conn, [fact for fact, _ in told], joined)
    homeless = [fact for fact, _ in told if fact.payment not in paid]
    _fail_gifts(conn, [fact for fact in homeless if isinstance(fact, PaymentFailed)])
    _let_wait(conn, homeless, now)
    store_withdrawals.stop_waiting(conn, sorted(waiting & paid.keys()))
    return [
        entry
        for fact, cause in told
        if (whose := paid.get(_taken_from(fact)))
        for entry in withdrawal_entries(fact, whose, zone, cause)
    ]


def stop_waiting(conn: Connection, strangers: Iterable[str]) -> None:
    """The balance showed that these payments are somebody else's: what went back of them waits for no gift."""
    store_withdrawals.stop_waiting(conn, store_withdrawals.waiting_of(conn, sorted(set(strangers))))


def _tell_refunds(conn: Connection, heard: Heard) -> list[Caused[Withdrawal]]:
    """Add refunds, as far as they are new."""
    agreed = once(heard.of(RefundAgreed), lambda one: one.refund, _refund)
    undone = once(heard.of(RefundUndone), lambda one: one.refund, _refund)
    known = store_withdrawals.refunds(conn, sorted(agreed.keys() | undone.keys()))
    kept: dict[str, Refund] = {}
    new: list[Caused[Withdrawal]] = []
    told: list[Caused[RefundAgreed | RefundUndone]] = [*agreed.values(), *undone.values()]
    for fact, cause in told:
        before = kept.get(fact.refund) or known.get(fact.refund)
        if before:
            require_same(fact.refund, _refund(fact), (before.payment, before.amount))
        before = before or Refund(fact.refund, fact.payment, fact.amount, None, None)
        kept[fact.refund] = after = _with(before, fact)
        new += [(fact, cause)] if after != before else []
    store_withdrawals.add_refunds(conn, [kept[one] for one in sorted(kept.keys() - known.keys())])
    changed = [one for one in sorted(kept.keys() & known.keys()) if kept[one] != known[one]]
    store_withdrawals.change_refunds(conn, [kept[one] for one in changed])
    return new


def _refund(fact: RefundAgreed | RefundUndone) -> tuple[object, ...]:
    return fact.payment, fact.amount


def _with(refund: Refund, fact: RefundAgreed | RefundUndone) -> Refund:
    """What is known of a refund once this is, too; the first instant that was told stays."""
    if isinstance(fact, RefundAgreed):
        return replace(refund, agreed_at=refund.agreed_at or fact.at)
    return replace(refund, undone_at=refund.undone_at or fact.at)


def _tell_moves(conn: Connection, heard: Heard) -> list[Caused[Withdrawal]]:
    """Add what disputes moved, as far as it is new."""
    told = once(((one, cause) for one, cause in heard.of(DisputeMoved) if one.amount), lambda one: one.line, _move)
    known = store_withdrawals.moves(conn, list(told))
    new = unknown(told, {line: _move(one) for line, one in known.items()}, _move)
    store_withdrawals.add_moves(conn, [one for one, _ in new])
    return list[Caused[Withdrawal]](new)


def _move(fact: DisputeMoved) -> tuple[object, ...]:
    return fact.dispute, fact.payment, fact.amount


def _tell_failures(conn: Connection, heard: Heard) -> list[Caused[Withdrawal]]:
    """Add late failures, as far as they are new."""
    told = once(heard.of(PaymentFailed), lambda one: one.charge, _failure)
    known = store_withdrawals.failures(conn, list(told))
    new = unknown(told, {charge: _failure(one) for charge, one in known.items()}, _failure)
    store_withdrawals.add_failures(conn, [one for one, _ in new])
    return list[Caused[Withdrawal]](new)


def _failure(fact: PaymentFailed) -> tuple[object, ...]:
    return fact.payment, fact.amount


def _kept(
    conn: Connection, joined: Joined, waiting: Iterable[str], failed: Sequence[PaymentFailed]
) -> list[Caused[Withdrawal]]:
    """What was told before of payments whose gift has become known now.

    What a link has found late may have been taken for somebody else's, so that nothing waited for it.
    """
    asked = sorted({*waiting, *(one.charge.payment for one in joined.pairs if one.linked)})
    found: list[Withdrawal] = [*failed, *store_withdrawals.moves_of(conn, asked)]
    for refund in store_withdrawals.refunds_of(conn, asked):
        found += refund.happenings()
    return [(fact, joined.causes[fact.payment]) for fact in found]


def _taken_from(fact: Withdrawal) -> str:
    """What it was taken from: the payment, of which Stripe names no charge to us, or the very charge that failed."""
    return fact.charge if isinstance(fact, PaymentFailed) else fact.payment


def _let_wait(conn: Connection, homeless: Sequence[Withdrawal], now: datetime) -> None:
    """List what waits for its gift: not what the balance showed to be somebody else's.

    A failure does not wait: without a success nothing was taken, and with one it is found by its payment.
    """
    named = [(fact.payment, *_name(fact)) for fact in homeless if not isinstance(fact, PaymentFailed)]
    lines = store_lines.lines_of(conn, sorted({payment for payment, _, _ in named}))
    strangers = {line.payment for line, ours in lines if ours is False}
    store_withdrawals.let_wait(conn, [one for one in named if one[0] not in strangers], now)


def _name(fact: RefundAgreed | RefundUndone | DisputeMoved) -> tuple[str, str]:
    """The id and the kind under which a fact waits."""
    return (fact.line, "dispute") if isinstance(fact, DisputeMoved) else (fact.refund, "refund")


def _paid(conn: Connection, facts: Sequence[Withdrawal], joined: Joined) -> dict[str, Paid]:
    """By payment, and by charge: the gift, and what was charged for it.

    Charges of one payment are of one amount, the payment intent's: what goes back is split the same by any of them.
    """
    paid = _by_name(Paid(one.gift, one.charge.charge, one.charge.payment, one.charge.amount) for one in joined.pairs)
    kept = store_charges.charges_of(conn, sorted({one.payment for one in facts if _taken_from(one) not in paid}))
    gifts = store.gifts(conn, {gift for _, gift in kept if gift})
    return paid | _by_name(Paid(gifts[gift], one.charge, one.payment, one.amount) for one, gift in kept if gift)


def _by_name(several: Iterable[Paid]) -> dict[str, Paid]:
    return {name: one for one in several for name in (one.payment, one.charge)}


def _fail_gifts(conn: Connection, failed: Sequence[PaymentFailed]) -> None:
    """The gift of a payment that failed before it ever succeeded has failed, if it is known which that is."""
    if not failed:
        return
    payments = sorted({one.payment for one in failed})
    linked = store_charges.gifts_of_intents(conn, payments)
    firsts = {
        payment: bill.recurring.first_gift
        for payment, bill in bills(conn, payments).items()
        if bill.invoice and bill.invoice.first and bill.recurring
    }
    named = {one.gift for one in failed if one.gift} | {*linked.values(), *firsts.values()}
    found = store.gifts(conn, named)
    fallen = [one for one, gift in found.items() if gift.state.rank < GiftState.FAILED.rank]
    store.raise_states(conn, dict.fromkeys(fallen, GiftState.FAILED))
