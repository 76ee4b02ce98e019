"""Balance lines: kept once, booked as soon as it is known whose money they moved.

For a line of a payment, refund or dispute that must be known first. It is ours when its own metadata names a gift that
is kept here, when its charge has a gift, or when a session or an invoice of ours led to it. Otherwise it is not ours:
settlement has asked Stripe for the invoices of the payments before. A line waits only where its payment has paid an
invoice that was not reported yet. A line that was booked as not ours too early is corrected later
(`found_ours_entries`). Its fee is whole until its gift is known as well (`shared_fee_entries`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo

from ledger.entry import Entry
from payments.books.decide.changes import LineChanges
from payments.books.decide.charges import DecidedCharges
from payments.books.decide.checkouts import DecidedCheckouts
from payments.books.decide.entries import PaidBy
from payments.books.decide.known import BookedLine, Known
from payments.books.decide.line_entries import (
    OF_PAYMENTS,
    found_ours_entries,
    found_strangers_entries,
    line_entries,
    shared_fee_entries,
)
from payments.books.decide.notice import Batch, FactsOf, new_facts
from payments.books.decide.recurring import DecidedInvoices
from payments.reading.happenings import BalanceLine, FeeBookedWhole, MarkDisproved

_LINES = FactsOf(
    lambda line: line.id,
    lambda line: (line.category, line.amount, line.fee, line.subject, line.payment),
)


@dataclass(frozen=True, slots=True)
class DecidedLines:
    """`lines` is all that is known afterwards. `not_ours` are the payments that this batch shows not to be ours."""

    changes: LineChanges
    entries: tuple[Entry, ...]
    lines: Mapping[str, BookedLine]
    not_ours: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Owners:
    """What decides whose a payment is."""

    with_gift: frozenset[str]
    invoices: DecidedInvoices
    gifts: frozenset[str]

    def is_ours(self, line: BalanceLine) -> bool | None:
        """Whether the line is ours; None where that has to wait."""
        if line.category not in OF_PAYMENTS:
            return True  # no payment's, but the Stripe account's own
        if line.marked and (line.gift is None or line.gift in self.gifts):
            return True  # its own metadata names a gift that is kept here
        if line.payment is None:
            return False
        if line.payment in self.with_gift:
            return True
        bill = self.invoices.bills.get(line.payment)
        return bill.ours if bill else False

    def as_kept(self, line: BalanceLine) -> BalanceLine:
        """The line, marked only if the gift that it names is kept here: it is committed before Stripe hears of it."""
        strangers = line.gift is not None and line.gift not in self.gifts
        return replace(line, marked=False) if strangers else line


def decide_lines(
    known: Known, batch: Batch, links: tuple[DecidedCheckouts, DecidedInvoices, DecidedCharges], zone: tzinfo
) -> DecidedLines:
    """Add lines to the facts; the entries of those that are decided, and of those that waited."""
    checkouts, invoices, charges = links
    with_gift = {booked.fact.payment for booked in charges.charges.values() if booked.gift}
    owners = _Owners(frozenset(with_gift | checkouts.gift_of_intent.keys()), invoices, frozenset(known.gifts))
    known_lines = {identity: booked.fact for identity, booked in known.lines.items()}
    new = [
        (BookedLine(owners.as_kept(line), owners.is_ours(line)), cause)
        for line, cause in new_facts(batch.of(BalanceLine), known_lines, _LINES)
    ]
    decided = _reconsidered(known, charges.newly_linked, owners)
    entries = [
        entry
        for identity, ours in decided.items()
        for entry in _entries_of_decided(known.lines[identity], ours, charges, zone)
    ]
    entries += [
        entry
        for booked, cause in new
        if booked.ours is not None
        for entry in line_entries(booked.fact, booked.ours, _gift_of(booked.fact, charges), zone, cause)
    ]
    entries += _shared_fees(known, batch, charges, zone)
    strangers = _payments_of_strangers(batch, owners)
    entries += [
        entry
        for booked in known.lines.values()
        if booked.ours and booked.fact.marked and booked.fact.payment in strangers
        for entry in found_strangers_entries(booked.fact, zone, strangers[booked.fact.payment])
    ]
    named = tuple(sorted(name for name, charge in known.charges.items() if charge.fact.payment in strangers))
    changes = LineChanges(tuple(booked for booked, _ in new), decided, named)
    lines = {**known.lines, **{booked.fact.id: booked for booked in changes.new}}
    lines |= {identity: BookedLine(known.lines[identity].fact, ours) for identity, ours in decided.items()}
    changed = [*changes.new, *(lines[identity] for identity in decided)]
    return DecidedLines(changes, tuple(entries), lines, _not_ours(changed) | strangers.keys())


def _reconsidered(known: Known, newly_linked: Mapping[str, str], owners: _Owners) -> dict[str, bool]:
    """The lines that waited, or were taken for not ours, and that a new link decides."""
    decided = {}
    for identity, booked in sorted(known.lines.items()):
        if not booked.ours and booked.fact.payment in newly_linked:
            ours = owners.is_ours(booked.fact)
            if ours is not None and ours is not booked.ours:
                decided[identity] = ours
    return decided


def _entries_of_decided(booked: BookedLine, ours: bool, charges: DecidedCharges, zone: tzinfo) -> list[Entry]:
    cause, paid = charges.newly_linked[str(booked.fact.payment)], _gift_of(booked.fact, charges)
    if booked.ours is None:
        return line_entries(booked.fact, ours, paid, zone, cause)
    return found_ours_entries(booked.fact, paid, zone, cause)


def _gift_of(line: BalanceLine, charges: DecidedCharges) -> PaidBy | None:
    return charges.paid_by.get(line.payment) if line.payment else None


def _shared_fees(known: Known, batch: Batch, charges: DecidedCharges, zone: tzinfo) -> list[Entry]:
    """The fees that stand whole and are by campaign from now on.

    Their gift became known in this batch, after they were booked; or a version before this one booked them.
    """
    ours = [booked.fact for booked in known.lines.values() if booked.ours and booked.fact.category in OF_PAYMENTS]
    reported = {fact.line: cause for fact, cause in batch.of(FeeBookedWhole)}
    causes = {line.id: charges.causes[line.payment] for line in ours if line.payment in charges.newly_paid} | reported
    return [
        entry
        for line in ours
        if line.id in causes and (paid := _gift_of(line, charges))
        for entry in shared_fee_entries(line, paid, zone, causes[line.id])
    ]


def _payments_of_strangers(batch: Batch, owners: _Owners) -> dict[str, str]:
    """The payments that a wrong mark had made ours, each with its cause; none of a gift that is known."""
    disproved = [(fact.payment, cause) for fact, cause in batch.of(MarkDisproved)]
    return {payment: cause for payment, cause in disproved if payment not in owners.with_gift}


def _not_ours(lines: Iterable[BookedLine]) -> frozenset[str]:
    return frozenset(booked.fact.payment for booked in lines if booked.ours is False and booked.fact.payment)
