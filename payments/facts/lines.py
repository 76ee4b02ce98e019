"""Lines of Stripe's balance: kept once, posted as soon as it is known whose money they moved.

Of a payment, refund or dispute that must be known first. It is ours when its own metadata says so, when its
charge has a gift, or when a session or an invoice of ours led to it. It is somebody else's when none of these is
so; whoever reads lines has asked Stripe for the invoices of their payments before. It waits only where a
payment is known to have paid an invoice that nobody has told of yet. A line that was booked as somebody else's
before Stripe could say better is put right when it says so (`found_ours_entries`).
"""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from sqlalchemy.engine import Connection

from ledger.entry import Entry
from payments.bookkeeping_lines import OF_PAYMENTS, found_ours_entries, line_entries
from payments.facts import store_charges, store_lines
from payments.facts.bills import bills
from payments.facts.charges import Joined
from payments.facts.heard import Heard, once, unknown
from payments.facts.store_lines import line_fact
from payments.facts.withdrawals import stop_waiting
from payments.happenings import Line


def settle(conn: Connection, heard: Heard, joined: Joined, zone: tzinfo) -> list[Entry]:
    """Add lines to the facts; returns the entries of those that are decided, and of those that waited."""
    reconsidered = _reconsider(conn, joined, zone)
    told = once(heard.of(Line), lambda one: one.id, line_fact)
    new = unknown(told, store_lines.known_lines(conn, list(told)), line_fact)
    ours = _ours(conn, [line for line, _ in new])
    store_lines.add_lines(conn, [line for line, _ in new], ours)
    stop_waiting(conn, [line.payment for line, _ in new if line.payment and ours[line.id] is False])
    entries = [line_entries(line, bool(ours[line.id]), zone, cause) for line, cause in new if ours[line.id] is not None]
    return reconsidered + [entry for several in entries for entry in several]


def _reconsider(conn: Connection, joined: Joined, zone: tzinfo) -> list[Entry]:
    """What a new link says of lines that waited, or that were taken for somebody else's."""
    before = {line.id: (line, ours) for line, ours in store_lines.lines_of(conn, sorted(joined.links)) if not ours}
    found = _ours(conn, [line for line, _ in before.values()])
    decided = {one: ours for one, ours in found.items() if ours is not None and ours is not before[one][1]}
    store_lines.decide_lines(conn, decided)
    stop_waiting(conn, [str(before[one][0].payment) for one, ours in decided.items() if not ours])
    entries: list[Entry] = []
    for identity, ours in decided.items():
        line, was = before[identity]
        cause = joined.links[str(line.payment)]
        entries += line_entries(line, ours, zone, cause) if was is None else found_ours_entries(line, zone, cause)
    return entries


def _ours(conn: Connection, lines: Sequence[Line]) -> dict[str, bool | None]:
    """For each line whether it is ours; None where that has to wait."""
    asked = sorted({line.payment for line in lines if line.payment and not _is_certain(line)})
    known: Mapping[str, bool | None] = _known(conn, asked) if asked else {}
    return {
        line.id: True if _is_certain(line) else known.get(line.payment, False) if line.payment else False
        for line in lines
    }


def _is_certain(line: Line) -> bool:
    """Its own metadata says that it is ours, or it is no donor's at all but the account's own."""
    return line.marked or line.category not in OF_PAYMENTS


def _known(conn: Connection, payments: Sequence[str]) -> dict[str, bool | None]:
    """Of these payments: whether they are ours, as charges, sessions and invoices say."""
    with_gift = {charge.payment for charge, gift in store_charges.charges_of(conn, payments) if gift}
    with_gift |= store_charges.gifts_of_intents(conn, payments).keys()
    asked = {payment: bill.ours for payment, bill in bills(conn, payments).items()}
    return {payment: True if payment in with_gift else asked.get(payment, False) for payment in payments}
