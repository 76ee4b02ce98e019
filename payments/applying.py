"""Apply what was told: add the facts, post the entries that follow, move gifts, number receipts, queue jobs.

Everything here happens in one `booking` transaction that the caller opens and commits. Facts are sets: any
order, loss and repetition of deliveries ends in the same books. This is the one door: webhook, settlement and
reconcile all come through it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.engine import Connection

import campaigns.store
import ledger.store
import receipts.store
from ledger.entry import book_date
from ledger.money import Money
from organisation.organisation import Organisation
from payments import store
from payments.bookkeeping import gift_entries, opening_entry
from payments.facts.charges import Known, Pair, ask, join
from payments.facts.heard import Heard
from payments.facts.lines import settle
from payments.facts.payouts import pay_out
from payments.facts.withdrawals import withdraw
from payments.gifts import shares_of
from payments.happenings import Happening
from payments.jobs import queue_jobs
from receipts.jobs import queue_prints
from receipts.receipt import Draft, ReceiptLine


@dataclass(frozen=True, slots=True)
class Told:
    """A happening and the delivery (or settlement, or reconcile run) that told us."""

    happening: Happening
    cause: str


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """Applies happenings for one organisation, whose days are those of `zone`."""

    organisation: Organisation
    zone: tzinfo
    mode: str

    def apply(self, conn: Connection, told: Sequence[Told], now: datetime) -> None:
        """Bring the books to what these happenings make known; applying one again changes nothing.

        Raises ConflictingEntry when a fact is told with other contents than before.
        """
        self.book(conn, told, self.ask(conn, told), now)

    def ask(self, conn: Connection, told: Sequence[Told]) -> Known:
        """Ask what is known of these happenings; `book` waits for the answers."""
        return ask(conn, _heard(told))

    def book(self, conn: Connection, told: Sequence[Told], known: Known, now: datetime) -> None:
        """`apply`, for happenings that were asked about, perhaps among others."""
        heard = _heard(told)
        joined = join(conn, heard, known)
        entries = [entry for one in joined.pairs for entry in gift_entries(one.charge, one.gift, self.zone, one.cause)]
        entries += withdraw(conn, heard, joined, self.zone, now)
        entries += settle(conn, heard, joined, self.zone)
        entries += pay_out(conn, heard, self.zone)
        self._receive(conn, joined.pairs, now)
        ledger.store.post(conn, entries, now)
        queue_jobs(conn, heard, now)

    def open_balances(self, conn: Connection, held: Sequence[Money], at: datetime, cause: str, now: datetime) -> None:
        """Post what Stripe's balance held at `at`, before the first line that is kept, one amount a currency."""
        found = [opening_entry(amount, at, self.zone, cause) for amount in held]
        ledger.store.post(conn, [entry for entry in found if entry], now)

    def _receive(self, conn: Connection, pairs: Sequence[Pair], now: datetime) -> None:
        """Move gifts to received and give receipts; list what is not as it was asked for."""
        first, later = _first_payments(pairs)
        store.receive(conn, [(one.gift, one.charge, book_date(one.charge.at, self.zone)) for one in first])
        titles = campaigns.store.campaign_titles(conn) if first else {}
        drafts = [self._draft(one, titles) for one in first]
        issued = receipts.store.issue_receipts(conn, drafts, book_date(now, self.zone), now)
        queue_prints(conn, issued, now=now)
        odd = [(one.gift, one.charge, why) for one in first if (why := _odd(one))]
        odd += [(one.gift, one.charge, "second_payment") for one in later]
        store.note_discrepancies(conn, odd, now)

    def _draft(self, pair: Pair, titles: dict[int, str]) -> Draft:
        shares = zip(pair.gift.allocations, shares_of(pair.charge.amount, pair.gift), strict=True)
        return Draft(
            gift_id=pair.gift.id,
            given_on=book_date(pair.charge.at, self.zone),
            donor_name=pair.gift.donor.name,
            lines=tuple(ReceiptLine(titles[share.campaign], amount) for share, amount in shares if amount),
            method=pair.charge.method,
            reference=pair.gift.reference,
            organisation=self.organisation,
            mode=self.mode,
        )


def _heard(told: Sequence[Told]) -> Heard:
    return Heard([(one.happening, one.cause) for one in told])


def _first_payments(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """A gift is received once; another payment of it is booked, but has no receipt and is listed.

    A further charge of its own payment is neither: a debit was taken back and collected again.
    """
    first: dict[str, Pair] = {}
    later = []
    for one in sorted(pairs, key=lambda one: (one.charge.at, one.charge.charge)):
        own = first[one.gift.id].charge.payment if one.gift.id in first else one.gift.payment
        if own is None:
            first[one.gift.id] = one
        elif own != one.charge.payment:
            later.append(one)
    return list(first.values()), later


def _odd(pair: Pair) -> str | None:
    """Why a charge is not what was asked for, if it is not."""
    asked, charged = pair.gift.amount, pair.charge.amount
    if asked.currency != charged.currency:
        return "currency"
    return "amount" if asked != charged else None
