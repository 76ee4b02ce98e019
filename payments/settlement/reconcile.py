"""Settle and reconcile: bring to the books what Stripe's lists know and we do not.

Both go through the bookkeeper's one door, with the same keys as the webhook: what is known already posts nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import booking, reading
from ledger.kinds import EntryKind
from payments.books.bookkeeper import Bookkeeper
from payments.settlement import store
from payments.settlement.balance_checks import BalanceComparison, Balances, beside, held, with_lines
from payments.settlement.list_readers import ListReaders
from payments.settlement.list_walk import ListWalk, NotApplied, Progress, TurnEnded, quietly
from payments.settlement.stripe_contact import asking
from payments.settlement.tables import LISTS
from payments.settlement.unreported import recall
from payments.stripe.lists import StripeLists

# How often the balance is read again because money moved while we listed its lines.
COMPARISONS = 3

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SettlementResult:
    """What a settlement found: how many rows it read, and how our balance stood beside Stripe's.

    `checks` is empty where money kept moving: then nothing was compared. `waiting` lines are of payments that may
    be a renewal's and whose invoice was not there yet: they are compared, and booked when it is.
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

    `rows` read of each list; `entries` posted and `gifts` concerned, by the kind of entry; `received` gifts that
    were not known to be paid before; `unfit` rows that could not be applied, each with the reason.
    """

    run: str
    rows: dict[str, int] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    received: int = 0
    settled: SettlementResult = SettlementResult()
    unfit: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Run:
    """A reconcile run, and the last entry in the books before it."""

    walker: ListWalk
    after: int


class Reconciliation:
    """Reads Stripe's lists into the books. Raises StripeAway or StripeRefused, and an Outage of the database."""

    def __init__(self, engine: Engine, bookkeeper: Bookkeeper, lists: StripeLists, clock: Clock) -> None:
        self._engine, self._bookkeeper, self._lists, self._clock = engine, bookkeeper, lists, clock
        self._library = ListReaders(engine, lists, clock)
        self._unfinished: _Run | None = None

    def settle(self, progress: Progress = quietly) -> SettlementResult:
        """Read the newest lines of the balance, and compare it. Raises NotApplied after all else was applied."""
        walker = self._walker("settle", progress)
        with asking(self._engine, self._clock):
            settled = self._settle(walker)
        _complain(walker)
        return settled

    def reconcile(self, progress: Progress | None = None) -> ReconcileResult:
        """Walk every list from its last mark with an overlap, and say what that recovered.

        A run that is cut off has applied what it has read; the next one goes on there.
        """
        run = self._unfinished or _Run(self._walker("reconcile"), self._last_entry())
        # After any other failure the lists are walked again: a run that never ends must not keep them unread.
        self._unfinished = None
        run.walker.progress = progress or quietly
        try:
            with asking(self._engine, self._clock):
                settled = self._reconcile(run.walker)
        except TurnEnded:
            self._unfinished = run
            raise
        return self._recovered(run, settled)

    def _recovered(self, run: _Run, settled: SettlementResult) -> ReconcileResult:
        with reading(self._engine) as conn:
            posted = store.posted_since(conn, run.after, run.walker.cause)
        return ReconcileResult(
            run=run.walker.cause,
            rows=run.walker.rows,
            entries={kind: entries for kind, (entries, _) in posted.items()},
            received=posted.get(EntryKind.GIFT, (0, 0))[1],
            settled=settled,
            unfit=run.walker.unfit,
        )

    def _last_entry(self) -> int:
        with reading(self._engine) as conn:
            return store.last_entry(conn)

    def _walker(self, name: str, progress: Progress = quietly) -> ListWalk:
        return ListWalk(self._engine, self._bookkeeper, self._clock, f"{name}:{uuid4().hex}", progress)

    def _settle(self, walker: ListWalk) -> SettlementResult:
        since = self._library.since()
        if since is None:
            return SettlementResult()
        walker.walk(self._library.invoice_payments(since), thorough=False)
        return self._compare(since, walker)

    def _reconcile(self, walker: ListWalk) -> SettlementResult:
        since = self._library.since()
        if since is None:
            self._note_nothing_to_walk()
            return SettlementResult()
        walker.walk(self._library.invoice_payments(since), thorough=True)
        # The lines first: with its line a gift comes whole, and then its events are hardly news.
        walker.walk(self._library.lines(since), thorough=True)
        walker.walk(self._library.events(since), thorough=True)
        walker.walk(self._library.charges(since), thorough=True)
        recall(walker, self._lists)
        return self._compare(since, walker)

    def _note_nothing_to_walk(self) -> None:
        """Nobody has given yet: the lists were seen to, and the doctor may know."""
        with booking(self._engine) as conn:
            for name in LISTS:
                store.keep_mark(conn, self._clock(), store.mark(conn, name))

    def _compare(self, since: datetime, walker: ListWalk) -> SettlementResult:
        """Read the balance, the lines to the tip, the balance again: what has not moved meanwhile is compared."""
        theirs = held(self._lists.balance())
        for _ in range(COMPARISONS):
            walker.early.clear()
            walker.walk(self._library.lines(since), thorough=False)
            ours = self._ours()
            before, theirs = theirs, held(self._lists.balance())
            if before == theirs and (checks := self._keep_checks(ours, theirs, since, walker)):
                return SettlementResult(sum(walker.rows.values()), checks, len(walker.early))
        return SettlementResult(sum(walker.rows.values()), waiting=len(walker.early))

    def _ours(self) -> Balances:
        with reading(self._engine) as conn:
            return store.stripe_balances(conn)

    def _keep_checks(
        self, ours: Balances, theirs: Balances, since: datetime, walker: ListWalk
    ) -> tuple[BalanceComparison, ...]:
        """Keep the comparison, and open the books with the first; nothing, if our account moved meanwhile."""
        now = self._clock()
        with booking(self._engine) as conn:
            if store.stripe_balances(conn) != ours:
                return ()
            if not store.was_compared(conn):
                if walker.unfit:  # what a line has not brought would be taken for what was there before
                    return ()
                before = [check.theirs - check.ours for check in beside(with_lines(ours, walker.early), theirs)]
                self._bookkeeper.open_balances(conn, before, since, walker.cause, now)
                ours = store.stripe_balances(conn)
            checks = beside(with_lines(ours, walker.early), theirs)
            store.keep_checks(conn, checks, now)
        for check in checks:
            if check.ours != check.theirs:
                log.error("balance_differs", ours=str(check.ours), theirs=str(check.theirs))
        return checks


def _complain(walker: ListWalk) -> None:
    if walker.unfit:
        raise NotApplied("; ".join(f"{row}: {why}" for row, why in sorted(walker.unfit.items())))
