"""Settle and reconcile: read into the books what Stripe's lists have and we do not.

Both apply rows through the bookkeeper, with the same keys as the webhook: what is known already posts nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import structlog
from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import booking, reading
from ledger.accounts import Account
from ledger.kinds import EntryKind
from ledger.money import currency
from ledger.views import balances, last_entry_id, posted_since
from payments.books.bookkeeper import Bookkeeper
from payments.settlement import store
from payments.settlement.balance_checks import (
    BalanceComparison,
    Balances,
    compare_balances,
    read_balance,
    with_unbooked_lines,
)
from payments.settlement.list_reader import ListReader, NotApplied, ShowProgress, TimeSliceEnded, no_progress
from payments.settlement.list_sources import ListSources
from payments.settlement.lost_gifts import find_lost_gifts
from payments.settlement.open_statuses import OpenStatuses
from payments.settlement.strangers import rebook_strangers
from payments.settlement.stripe_contact import recording_contact
from payments.settlement.tables import LISTS
from payments.settlement.unreported import apply_unreported
from payments.settlement.whole_fees import WholeFees
from payments.stripe.lists import StripeLists

# How often the balance is read again because money moved while we read its lines.
MOST_COMPARISONS = 3

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SettlementResult:
    """What a settlement did: how many rows it read, and how our balance compared with Stripe's.

    `checks` is empty where money kept moving, so that nothing could be compared. `waiting` counts lines of payments
    that may be a renewal's and whose invoice was not there yet: they are compared now, and booked with their invoice.
    """

    rows: int = 0
    checks: tuple[BalanceComparison, ...] = ()
    waiting: int = 0

    @property
    def agrees(self) -> bool | None:
        """Whether our balance is Stripe's; None when they were not compared."""
        return all(check.ours == check.theirs for check in self.checks) if self.checks else None


@dataclass(frozen=True, slots=True)
class ReconcileResult:
    """What a reconcile run brought to the books.

    `rows` counts the rows read of each list; `entries` the entries posted, by kind; `received` the gifts that were not
    known to be paid before. `errors` are the rows that could not be applied, each with the reason.
    """

    run: str
    rows: dict[str, int] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    received: int = 0
    settled: SettlementResult = SettlementResult()
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Run:
    """A reconcile run. `after` is the last entry in the books before it."""

    reader: ListReader
    open_statuses: OpenStatuses
    after: int


class Reconciliation:
    """Reads Stripe's lists into the books. Raises StripeAway or StripeRefused, and an Outage of the database."""

    def __init__(self, engine: Engine, bookkeeper: Bookkeeper, lists: StripeLists, clock: Clock) -> None:
        self._engine, self._bookkeeper, self._lists, self._clock = engine, bookkeeper, lists, clock
        self._sources = ListSources(engine, lists, clock)
        self._interrupted: _Run | None = None
        self._whole_fees = WholeFees()

    def settle(self, progress: ShowProgress = no_progress) -> SettlementResult:
        """Read the newest balance lines, and compare the balance. Raises NotApplied after all else was applied."""
        reader = self._reader("settle", progress)
        with recording_contact(self._engine, self._clock):
            settled = self._settle(reader)
        if reader.errors:
            raise NotApplied("; ".join(f"{row}: {error}" for row, error in sorted(reader.errors.items())))
        return settled

    def reconcile(self, progress: ShowProgress | None = None) -> ReconcileResult:
        """Read every list from its checkpoint with an overlap; returns what that recovered.

        An interrupted run has applied the rows that it read; the next call resumes it.
        """
        run = self._interrupted or self._begin()
        # After any other failure the lists are read again: resuming a run that never ends would leave them unread.
        self._interrupted = None
        run.reader.progress = progress or no_progress
        try:
            with recording_contact(self._engine, self._clock):
                settled = self._reconcile(run)
        except TimeSliceEnded:
            self._interrupted = run
            raise
        return self._recovered(run, settled)

    def _begin(self) -> _Run:
        reader = self._reader("reconcile")
        open_statuses = OpenStatuses(self._engine, self._bookkeeper, self._lists, self._clock, reader)
        return _Run(reader, open_statuses, self._last_entry_id())

    def _recovered(self, run: _Run, settled: SettlementResult) -> ReconcileResult:
        with reading(self._engine) as conn:
            posted = posted_since(conn, run.after, run.reader.cause)
        return ReconcileResult(
            run=run.reader.cause,
            rows=run.reader.rows,
            entries={kind: entries for kind, (entries, _) in posted.items()},
            received=posted.get(EntryKind.GIFT, (0, 0))[1],
            settled=settled,
            errors=run.reader.errors,
        )

    def _last_entry_id(self) -> int:
        with reading(self._engine) as conn:
            return last_entry_id(conn)

    def _reader(self, name: str, progress: ShowProgress = no_progress) -> ListReader:
        return ListReader(self._engine, self._bookkeeper, self._clock, f"{name}:{uuid4().hex}", progress)

    def _settle(self, reader: ListReader) -> SettlementResult:
        since = self._sources.since()
        if since is None:
            self._lists.balance()  # nothing of ours is there yet; that Stripe answers is asked all the same
            return SettlementResult()
        reader.read_list(self._sources.invoice_payments(since), thorough=False)
        return self._compare(since, reader)

    def _reconcile(self, run: _Run) -> SettlementResult:
        reader, since = run.reader, self._sources.since()
        if since is None:
            self._lists.balance()  # as in a settlement
            self._note_nothing_to_read()
            return SettlementResult()
        reader.read_list(self._sources.invoice_payments(since), thorough=True)
        # The lines first: a line brings its gift with it, so that few of the events are still new.
        reader.read_list(self._sources.lines(since), thorough=True)
        reader.read_list(self._sources.events(since), thorough=True)
        reader.read_list(self._sources.charges(since), thorough=True)
        apply_unreported(reader, self._lists)
        rebook_strangers(reader)
        self._whole_fees.share(reader)
        find_lost_gifts(reader, self._lists)
        run.open_statuses.ask(since)
        return self._compare(since, reader)

    def _note_nothing_to_read(self) -> None:
        """Nobody has given yet. The doctor must still see that reconcile runs."""
        with booking(self._engine) as conn:
            for name in LISTS:
                store.save_checkpoint(conn, self._clock(), store.load_checkpoint(conn, name))

    def _compare(self, since: datetime, reader: ListReader) -> SettlementResult:
        """Read the balance, all new lines, the balance again: it is compared if it has not moved meanwhile."""
        theirs = read_balance(self._lists.balance())
        for _ in range(MOST_COMPARISONS):
            reader.too_early.clear()
            reader.read_list(self._sources.lines(since), thorough=False)
            with reading(self._engine) as conn:
                ours = _stripe_balances(conn)
            before, theirs = theirs, read_balance(self._lists.balance())
            if before == theirs and (checks := self._save_checks(ours, theirs, since, reader)):
                return SettlementResult(sum(reader.rows.values()), checks, len(reader.too_early))
        return SettlementResult(sum(reader.rows.values()), waiting=len(reader.too_early))

    def _save_checks(
        self, ours: Balances, theirs: Balances, since: datetime, reader: ListReader
    ) -> tuple[BalanceComparison, ...]:
        """Save the comparison, and open the books with the first one; nothing, if our account moved meanwhile."""
        now = self._clock()
        with booking(self._engine) as conn:
            if _stripe_balances(conn) != ours:
                return ()
            if not store.was_compared(conn):
                if reader.errors:  # the money of a line that is not booked would be taken for an opening balance
                    return ()
                differences = compare_balances(with_unbooked_lines(ours, reader.too_early), theirs)
                opening = [check.theirs - check.ours for check in differences]
                self._bookkeeper.open_balances(conn, opening, since, reader.cause, now)
                ours = _stripe_balances(conn)
            checks = compare_balances(with_unbooked_lines(ours, reader.too_early), theirs)
            store.save_balance_checks(conn, checks, now)
        for check in checks:
            if check.ours != check.theirs:
                log.error("balance_differs", ours=str(check.ours), theirs=str(check.theirs))
        return checks


def _stripe_balances(conn: Connection) -> Balances:
    """What our `stripe` account holds, in each currency that it ever had."""
    return {currency(code): minor for code, minor in balances(conn, Account.STRIPE).items()}
