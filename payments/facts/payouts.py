"""Payouts on their way to the bank, and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo

from sqlalchemy.engine import Connection

from ledger.entry import Entry
from payments.bookkeeping import paid_entry, unpaid_entry
from payments.facts import store_lines
from payments.facts.heard import Caused, Heard, once, require_same
from payments.facts.store_lines import Payout
from payments.happenings import Category, Line, PayoutArrived, PayoutReturned

Fact = PayoutArrived | PayoutReturned


def pay_out(conn: Connection, heard: Heard, zone: tzinfo) -> list[Entry]:
    """Add payouts to the facts; returns the entries that follow. Call it when the lines have been added.

    One that came back without having arrived has never been at the bank: then only its lines are posted. One
    whose own line is not among ours left before our time: then its arrival is not ours to book either.
    """
    arrived = once(heard.of(PayoutArrived), lambda one: one.payout, _amount)
    returned = once(heard.of(PayoutReturned), lambda one: one.payout, _amount)
    sent = {line.subject: cause for line, cause in heard.of(Line) if line.category is Category.PAYOUT}
    asked = sorted(arrived.keys() | returned.keys() | sent.keys())
    known = store_lines.payouts(conn, asked)
    left = store_lines.payouts_sent(conn, asked)
    kept: dict[str, Payout] = {}
    causes = dict(sent)
    told: list[Caused[Fact]] = [*arrived.values(), *returned.values()]
    for fact, cause in told:
        before = kept.get(fact.payout) or known.get(fact.payout) or Payout(fact.payout, fact.amount, None, None)
        require_same(fact.payout, _amount(fact), (before.amount,))
        kept[fact.payout] = _with(before, fact)
        causes[fact.payout] = cause
    store_lines.add_payouts(conn, [kept[one] for one in sorted(kept.keys() - known.keys())])
    changed = [one for one in sorted(kept.keys() & known.keys()) if kept[one] != known[one]]
    store_lines.change_payouts(conn, [kept[one] for one in changed])
    booked = [payout for one, payout in sorted((known | kept).items()) if one in left]
    return [entry for payout in booked for entry in _entries(payout, zone, causes)]


def _amount(fact: Fact) -> tuple[object, ...]:
    return (fact.amount,)


def _with(payout: Payout, fact: Fact) -> Payout:
    """What is known of a payout once this is, too; the first instant that was told stays."""
    if isinstance(fact, PayoutArrived):
        return replace(payout, arrived_at=payout.arrived_at or fact.at)
    return replace(payout, returned_at=payout.returned_at or fact.at)


def _entries(payout: Payout, zone: tzinfo, causes: Mapping[str, str]) -> list[Entry]:
    if payout.arrived_at is None:
        return []
    cause = causes[payout.id]
    entries = [paid_entry(PayoutArrived(payout.id, payout.amount, payout.arrived_at), zone, cause)]
    if payout.returned_at is not None:
        entries.append(unpaid_entry(PayoutReturned(payout.id, payout.amount, payout.returned_at), zone, cause))
    return entries
