"""Fetches payouts and disputes from Stripe and saves their status. Messages only say that it is time to fetch."""

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import booking, reading
from ledger.return_views import gifts_of_subject
from payments.books import store as book_store
from payments.books.bookkeeper import Bookkeeper
from payments.reading.fields import expandable_id
from payments.reading.happenings import StatusObject
from payments.reading.statuses import PayoutStatus, read_dispute, read_payout
from payments.settlement.list_reader import ListReader, NotApplied
from payments.settlement.list_sources import ListSources
from payments.stripe.lists import StripeLists
from payments.stripe.objects import StripeObject
from receipts.jobs import queue_credits

log = structlog.get_logger()


class StatusFetcher:
    """Fetches payouts and disputes as they are now. Raises StripeAway or StripeRefused."""

    def __init__(self, engine: Engine, bookkeeper: Bookkeeper, lists: StripeLists, clock: Clock) -> None:
        self._engine, self._bookkeeper, self._lists, self._clock = engine, bookkeeper, lists, clock
        self._sources = ListSources(engine, lists, clock)

    @property
    def fetchers(self) -> dict[StatusObject, Callable[[str], None]]:
        """What fetches the status of each kind of object."""
        return {StatusObject.DISPUTE: self.fetch_dispute, StatusObject.PAYOUT: self.fetch_payout}

    def fetch_dispute(self, identity: str) -> None:
        """Save a dispute's status, and until when Stripe waits for our answer."""
        now = self._clock()
        self.save_dispute(self._lists.dispute(identity), now)

    def save_dispute(self, dispute: StripeObject, now: datetime) -> None:
        """The same for a dispute as Stripe answered at that instant."""
        status = read_dispute(dispute)
        with booking(self._engine) as conn:
            book_store.save_dispute(conn, status, now)
            queue_credits(conn, gifts_of_subject(conn, status.dispute), now)

    def fetch_payout(self, identity: str) -> None:
        """Save a payout's status; once Stripe has worked out its lines, check that they add up to its amount.

        Raises NotApplied when they do not, or when one of them cannot be brought to the books.
        """
        now = self._clock()
        self.save_payout(self._lists.payout(identity), now)

    def save_payout(self, payout: StripeObject, now: datetime) -> None:
        """The same for a payout as Stripe answered at that instant."""
        status = read_payout(payout)
        if not status.amount:
            return
        identity = status.payout
        with reading(self._engine) as conn:
            lines = book_store.payout_lines(conn, identity)
        if lines != status.amount.minor and status.automatic and status.reconciled:
            lines = self._net_of_lines(status)
        with booking(self._engine) as conn:
            book_store.save_payout(conn, status, lines, now)
        if lines not in (None, status.amount.minor):
            raise NotApplied(f"{identity}: its lines add up to {lines}, its amount is {status.amount.minor}")

    def _net_of_lines(self, payout: PayoutStatus) -> int:
        """The net of every line that left with this payout. A line that is not in our books is brought there."""
        reader = ListReader(self._engine, self._bookkeeper, self._clock, f"settle:{payout.payout}")
        since, total = self._sources.since(), 0
        after: dict[str, str] = {}
        more = True
        while more:
            page = self._lists.balance_transactions(payout=payout.payout, **after)
            rows = [row for row in page.rows if not _is_the_payout(row, payout)]
            if since is not None:  # older lines are in the opening balance
                reader.apply_rows(
                    self._sources.read_lines([row for row in rows if row["created"] >= since.timestamp()])
                )
            with booking(self._engine) as conn:
                book_store.assign_to_payout(conn, [row["id"] for row in rows], payout.payout)
            total += sum(row["net"] for row in rows)
            more = page.has_more
            after = {"starting_after": page.rows[-1]["id"]} if more else {}
        if reader.errors:
            raise NotApplied("; ".join(f"{row}: {error}" for row, error in sorted(reader.errors.items())))
        return total


def _is_the_payout(row: StripeObject, payout: PayoutStatus) -> bool:
    """Whether this is the payout's own line: Stripe lists it with the lines that the payout is made of."""
    return row["reporting_category"] == "payout" and expandable_id(row, "source") == payout.payout
