"""The jobs that ask Stripe: because a message came, because a treasurer asked for a change, or every hour."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import writing
from outbox.jobs import Payload, enqueue, is_queued
from outbox.worker import Chore, Handler
from payments.books.bookkeeper import Bookkeeper
from payments.books.jobs import EVERYTHING, FETCH_STATUS, SETTLE
from payments.gifts.recurring_changes import CHANGE_RECURRING
from payments.reading.happenings import StatusObject
from payments.settlement.link_gifts import LinkGifts
from payments.settlement.list_reader import ShowProgress, TimeSliceEnded
from payments.settlement.list_sources import INVOICE_DELAY
from payments.settlement.lost_gifts import adoption_jobs
from payments.settlement.reconcile import Reconciliation, SettlementResult
from payments.settlement.recurring_changes import RecurringChanger
from payments.settlement.sessions import session_jobs
from payments.settlement.statuses import StatusFetcher
from payments.settlement.store import was_read_lately
from payments.settlement.stripe_contact import recording_contact
from payments.settlement.subscriptions import SubscriptionStatuses
from payments.stripe.lists import NoSuchObject, StripeLists
from payments.stripe.subscriptions import RecurringGateway

# Read all of Stripe's lists. One subject, so at most one such job waits.
RECONCILE = "stripe.reconcile"
RENEWALS = "renewals"  # the subject of a settlement that is only for lines which wait for their invoice
RECONCILE_EVERY = timedelta(hours=1)
# Receipts must not wait until hours of lists are read. Well below the outbox's lease of a job.
TIME_SLICE = timedelta(seconds=20)

log = structlog.get_logger()


FetchStatus = Callable[[str], None]


def stripe_jobs(
    engine: Engine,
    reconciliation: Reconciliation,
    fetchers: Mapping[StatusObject, FetchStatus],
    clock: Clock,
) -> dict[str, Handler]:
    """The handlers that read from Stripe. They raise what fails, and the outbox tries again."""

    def fetch_status(payload: Payload) -> None:
        kind, object_id = StatusObject(payload["what"]), payload["id"]
        try:
            with recording_contact(engine, clock):
                fetchers[kind](object_id)
        except NoSuchObject:
            log.warning("nothing_to_look_at", what=kind.value, id=object_id)

    def in_time_slices(kind: str, read_lists: Callable[[ShowProgress], SettlementResult]) -> Handler:
        """Read lists for one time slice, and queue the next one after the other jobs that wait."""

        def run_slice(_payload: Payload) -> None:
            time_slice = _TimeSlice(clock)
            try:
                result = read_lists(time_slice.stop_when_over)
            except TimeSliceEnded:
                with writing(engine) as conn:
                    enqueue(conn, kind, EVERYTHING, {}, now=clock())
                return
            if result.waiting:  # a job of its own, so that other money is settled without this delay
                with writing(engine) as conn:
                    enqueue(conn, SETTLE, RENEWALS, {}, now=clock() + INVOICE_DELAY)

        return run_slice

    return {
        FETCH_STATUS: fetch_status,
        SETTLE: in_time_slices(SETTLE, reconciliation.settle),
        RECONCILE: in_time_slices(RECONCILE, lambda progress: reconciliation.reconcile(progress).settled),
    }


def recurring_jobs(engine: Engine, changer: RecurringChanger, clock: Clock) -> dict[str, Handler]:
    """The handler of changes to recurring gifts. What Stripe refuses is raised, and tried again later."""

    def change_recurring(payload: Payload) -> None:
        with recording_contact(engine, clock):
            changer.make_changes(payload["recurring"])

    return {CHANGE_RECURRING: change_recurring}


class _TimeSlice:
    """Stops a run between two pages once it has taken TIME_SLICE."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._ends_at = clock, clock() + TIME_SLICE

    def stop_when_over(self, _name: str, _rows: int, share: float) -> None:
        """Raise TimeSliceEnded after its end, but never on the last page of a list: little is left then."""
        if share < 1.0 and self._clock() > self._ends_at:
            raise TimeSliceEnded


def settlement_jobs(
    engine: Engine, bookkeeper: Bookkeeper, lists: StripeLists, gateway: RecurringGateway, clock: Clock
) -> dict[str, Handler]:
    """All handlers that talk to Stripe, built from their parts."""
    zone = bookkeeper.rules.zone
    subscriptions = SubscriptionStatuses(engine, lists, gateway, clock, zone)
    fetchers = StatusFetcher(engine, bookkeeper, lists, clock).fetchers
    fetchers |= {StatusObject.SUBSCRIPTION: subscriptions.fetch}
    fetchers |= {StatusObject.LINK_SESSION: LinkGifts(engine, bookkeeper, lists, clock).fetch}
    handlers = stripe_jobs(engine, Reconciliation(engine, bookkeeper, lists, clock), fetchers, clock)
    handlers |= adoption_jobs(engine, bookkeeper, clock) | session_jobs(engine, bookkeeper, lists, clock)
    return handlers | recurring_jobs(engine, RecurringChanger(engine, lists, gateway, clock, zone), clock)


def reconcile_hourly(engine: Engine, clock: Clock) -> Chore:
    """Queue a reconcile every hour, and at the start. As a job it is tried again soon when Stripe is away.

    Every worker has this chore. The first one's reconcile serves the others, which find it queued or just done.
    """

    def queue_reconcile() -> None:
        now = clock()
        with writing(engine) as conn:
            if not is_queued(conn, RECONCILE, EVERYTHING) and not was_read_lately(conn, now):
                enqueue(conn, RECONCILE, EVERYTHING, {}, now=now)

    return Chore(RECONCILE_EVERY, queue_reconcile)
