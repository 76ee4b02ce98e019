"""What Stripe is asked because a message came, or because an hour has passed: the worker's handlers."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import writing
from outbox.jobs import Payload, enqueue
from outbox.worker import Chore, Handler
from payments.books.bookkeeper import Bookkeeper
from payments.books.jobs import EVERYTHING, FETCH_STATUS, SETTLE
from payments.gifts.recurring_changes import CHANGE_RECURRING
from payments.reading.happenings import StatusObject
from payments.settlement.list_readers import INVOICE_LAG
from payments.settlement.list_walk import Progress, TurnEnded
from payments.settlement.reconcile import Reconciliation, SettlementResult
from payments.settlement.recurring_changes import RecurringChanges
from payments.settlement.statuses import StatusFetcher
from payments.settlement.stripe_contact import asking
from payments.settlement.subscriptions import SubscriptionStatuses
from payments.stripe.lists import NotThere, StripeLists
from payments.stripe.subscriptions import RecurringGateway

# Walk all of Stripe's lists. One subject, so at most one such job waits.
RECONCILE = "stripe.reconcile"
RENEWALS = "renewals"  # the subject of a settlement that is only for lines which wait for their invoice
RECONCILE_EVERY = timedelta(hours=1)
# Receipts must not wait for hours' worth of lists; well below the outbox's lease of a job.
TURN = timedelta(seconds=20)

log = structlog.get_logger()


FetchStatus = Callable[[str], None]


def stripe_jobs(
    engine: Engine,
    reconciliation: Reconciliation,
    fetchers: Mapping[StatusObject, FetchStatus],
    clock: Clock,
) -> dict[str, Handler]:
    """The handlers of everything that Stripe is asked. They raise what fails, and the outbox tries again."""

    def fetch_status(payload: Payload) -> None:
        what, identity = StatusObject(payload["what"]), payload["id"]
        try:
            with asking(engine, clock):
                fetchers[what](identity)
        except NotThere:
            log.warning("nothing_to_look_at", what=what.value, id=identity)

    def in_turns(kind: str, walk: Callable[[Progress], SettlementResult]) -> Handler:
        """Walk for a while; then let other jobs have their turn, and go on where the walk stood."""

        def take_a_turn(_payload: Payload) -> None:
            turn = _Turn(clock)
            try:
                result = walk(turn.end_when_over)
            except TurnEnded:
                with writing(engine) as conn:
                    enqueue(conn, kind, EVERYTHING, {}, now=clock())
                return
            if result.waiting:  # a job of its own, so that what happens meanwhile is settled at once
                with writing(engine) as conn:
                    enqueue(conn, SETTLE, RENEWALS, {}, now=clock() + INVOICE_LAG)

        return take_a_turn

    return {
        FETCH_STATUS: fetch_status,
        SETTLE: in_turns(SETTLE, reconciliation.settle),
        RECONCILE: in_turns(RECONCILE, lambda progress: reconciliation.reconcile(progress).settled),
    }


def recurring_jobs(engine: Engine, changes: RecurringChanges, clock: Clock) -> dict[str, Handler]:
    """The handler of changes to recurring gifts. What Stripe does not agree to is raised, and tried again later."""

    def change_recurring(payload: Payload) -> None:
        with asking(engine, clock):
            changes.make_changes(payload["recurring"])

    return {CHANGE_RECURRING: change_recurring}


class _Turn:
    """Ends a walk, between two pages, when it has taken its time."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._over = clock, clock() + TURN

    def end_when_over(self, _name: str, _rows: int, share: float) -> None:
        """The last page of a list does not end a walk: what is left is little."""
        if share < 1.0 and self._clock() > self._over:
            raise TurnEnded


def settlement_jobs(
    engine: Engine, bookkeeper: Bookkeeper, lists: StripeLists, gateway: RecurringGateway, clock: Clock
) -> dict[str, Handler]:
    """The handlers of everything that Stripe is asked, each built of its parts."""
    subscriptions = SubscriptionStatuses(engine, lists, gateway, clock)
    fetchers = StatusFetcher(engine, bookkeeper, lists, clock).fetchers
    fetchers |= {StatusObject.SUBSCRIPTION: subscriptions.fetch}
    handlers = stripe_jobs(engine, Reconciliation(engine, bookkeeper, lists, clock), fetchers, clock)
    return handlers | recurring_jobs(engine, RecurringChanges(engine, lists, gateway, clock), clock)


def reconcile_hourly(engine: Engine, clock: Clock) -> Chore:
    """Have Stripe's lists walked, also at the start. As a job it is tried again soon when Stripe is away."""

    def ask_for_reconcile() -> None:
        with writing(engine) as conn:
            enqueue(conn, RECONCILE, EVERYTHING, {}, now=clock())

    return Chore(RECONCILE_EVERY, ask_for_reconcile)
