"""Look at a payout or a dispute at Stripe, and keep how it stands: messages only say that it is time to look."""

from collections.abc import Callable

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import booking, reading
from payments.books.bookkeeper import Bookkeeper
from payments.reading.happenings import StatusObject
from payments.reading.shapes import link
from payments.reading.statuses import PayoutStatus, read_dispute, read_payout
from payments.settlement import store
from payments.settlement.list_readers import ListReaders
from payments.settlement.list_walk import ListWalk, NotApplied
from payments.stripe.lists import Row, StripeLists

log = structlog.get_logger()


class StatusFetcher:
    """Fetches payouts and disputes as they are now. Raises StripeAway or StripeRefused."""

    def __init__(self, engine: Engine, bookkeeper: Bookkeeper, lists: StripeLists, clock: Clock) -> None:
        self._engine, self._bookkeeper, self._lists, self._clock = engine, bookkeeper, lists, clock
        self._library = ListReaders(engine, lists, clock)

    @property
    def fetchers(self) -> dict[StatusObject, Callable[[str], None]]:
        """What fetches the status of each kind of object."""
        return {StatusObject.DISPUTE: self.fetch_dispute, StatusObject.PAYOUT: self.fetch_payout}

    def fetch_dispute(self, identity: str) -> None:
        """Keep a dispute's status, and until when Stripe waits for our answer."""
        now = self._clock()
        seen = read_dispute(self._lists.dispute(identity))
        with booking(self._engine) as conn:
            store.keep_dispute(conn, seen, now)

    def fetch_payout(self, identity: str) -> None:
        """Keep a payout's status; once Stripe has worked out its lines, see that they are its amount.

        Raises NotApplied when they are not, or when one of them cannot be brought to the books.
        """
        now = self._clock()
        seen = read_payout(self._lists.payout(identity))
        if not seen.amount:
            return
        with reading(self._engine) as conn:
            lines = store.payout_lines(conn, identity)
        if lines != seen.amount.minor and seen.automatic and seen.reconciled:
            lines = self._add_up(seen)
        with booking(self._engine) as conn:
            store.keep_payout(conn, seen, lines, now)
        if lines not in (None, seen.amount.minor):
            raise NotApplied(f"{identity}: its lines add up to {lines}, its amount is {seen.amount.minor}")

    def _add_up(self, payout: PayoutStatus) -> int:
        """The net of every line that left with this payout. A line that is not in our books is brought there."""
        walker = ListWalk(self._engine, self._bookkeeper, self._clock, f"settle:{payout.payout}")
        since, total = self._library.since(), 0
        after: dict[str, str] = {}
        more = True
        while more:
            page = self._lists.balance_transactions(payout=payout.payout, **after)
            rows = [row for row in page.rows if not _is_the_payout(row, payout)]
            if since is not None:  # what was there before our time is in the opening
                walker.take(self._library.read_lines([row for row in rows if row["created"] >= since.timestamp()]))
            with booking(self._engine) as conn:
                store.put_into_payout(conn, [row["id"] for row in rows], payout.payout)
            total += sum(row["net"] for row in rows)
            more = page.has_more
            after = {"starting_after": page.rows[-1]["id"]} if more else {}
        if walker.unfit:
            raise NotApplied("; ".join(f"{row}: {why}" for row, why in sorted(walker.unfit.items())))
        return total


def _is_the_payout(row: Row, payout: PayoutStatus) -> bool:
    """The line with which the payout itself left the balance is listed with what it is made of."""
    return row["reporting_category"] == "payout" and link(row, "source") == payout.payout
