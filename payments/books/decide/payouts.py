"""Payouts on their way to the bank, and back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo

from ledger.entry import Entry, book_date
from payments.books.decide.changes import PayoutChanges
from payments.books.decide.entries import paid_entry, unpaid_entry
from payments.books.decide.known import BookedLine, Known, Payout
from payments.books.decide.lines import DecidedLines
from payments.books.decide.notice import Batch, Caused, FactsOf, each_once, require_same
from payments.reading.happenings import BalanceLine, Category, PayoutArrived, PayoutReturned

_PAYOUTS = FactsOf(lambda payout: payout.payout, lambda payout: (payout.amount,))


@dataclass(frozen=True, slots=True)
class DecidedPayouts:
    """Facts about payouts, and the entries that follow."""

    changes: PayoutChanges
    entries: tuple[Entry, ...]


def decide_payouts(known: Known, batch: Batch, lines: DecidedLines, zone: tzinfo) -> DecidedPayouts:
    """Add payouts to the facts.

    One that came back without having arrived has never been at the bank: then only its lines are booked. One whose own
    line is not among ours left before our time: then its arrival is not ours to book either.
    """
    payouts: dict[str, Payout] = {}
    causes = {line.subject: cause for line, cause in batch.of(BalanceLine) if line.category is Category.PAYOUT}
    arrived, returned = each_once(batch.of(PayoutArrived), _PAYOUTS), each_once(batch.of(PayoutReturned), _PAYOUTS)
    reported: list[Caused[PayoutArrived | PayoutReturned]] = [*arrived.values(), *returned.values()]
    for fact, cause in reported:
        before = payouts.get(fact.payout) or known.payouts.get(fact.payout)
        before = before or Payout(fact.payout, fact.amount, None, None)
        require_same(fact.payout, (fact.amount,), (before.amount,))
        payouts[fact.payout] = _with(before, fact)
        causes[fact.payout] = cause
    new = tuple(payouts[payout] for payout in sorted(payouts.keys() - known.payouts.keys()))
    both = sorted(payouts.keys() & known.payouts.keys())
    changed = tuple(payouts[payout] for payout in both if payouts[payout] != known.payouts[payout])
    left = _left(lines.lines.values())
    booked = [payout for identity, payout in sorted({**known.payouts, **payouts}.items()) if identity in left]
    entries = tuple(entry for payout in booked if payout.id in causes for entry in _entries(payout, zone, causes))
    return DecidedPayouts(PayoutChanges(new, changed), entries)


def _with(payout: Payout, fact: PayoutArrived | PayoutReturned) -> Payout:
    """The payout with this fact added; the first day or instant that was reported stays."""
    if isinstance(fact, PayoutArrived):
        return replace(payout, arrived_on=payout.arrived_on or fact.day)
    return replace(payout, returned_at=payout.returned_at or fact.at)


def _left(lines: Iterable[BookedLine]) -> set[str]:
    """The payouts whose own line is in our books: the one with which the money left the balance."""
    return {booked.fact.subject for booked in lines if booked.fact.category is Category.PAYOUT}


def _entries(payout: Payout, zone: tzinfo, causes: Mapping[str, str]) -> list[Entry]:
    if payout.arrived_on is None:
        return []
    cause = causes[payout.id]
    entries = [paid_entry(PayoutArrived(payout.id, payout.amount, payout.arrived_on), cause)]
    if payout.returned_at is not None:
        returned = PayoutReturned(payout.id, payout.amount, payout.returned_at)
        entries.append(unpaid_entry(returned, max(payout.arrived_on, book_date(returned.at, zone)), cause))
    return entries
