"""What Stripe is asked because a message came, or because an hour has passed: the worker's handlers."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import writing
from outbox.jobs import Payload, enqueue
from outbox.worker import Chore, Handler
from payments.happenings import Watched
from payments.jobs import EVERYTHING, LOOK, SETTLE
from payments.settlement.contact import asking
from payments.settlement.listed import INVOICE_LAG
from payments.settlement.settling import Settled, Settling
from payments.settlement.walking import Progress, TurnOver
from payments.stripe_lists import NotThere

# Walk all of Stripe's lists. One subject, so at most one such job waits.
RECONCILE = "stripe.reconcile"
RENEWALS = "renewals"  # the subject of a settlement that is only for lines which wait for their invoice
RECONCILE_EVERY = timedelta(hours=1)
# Receipts must not wait for hours' worth of lists; well below the outbox's lease of a job.
TURN = timedelta(seconds=20)

log = structlog.get_logger()


Look = Callable[[str], None]


def stripe_jobs(engine: Engine, settling: Settling, looks: Mapping[Watched, Look], clock: Clock) -> dict[str, Handler]:
    """The handlers of everything that Stripe is asked. They raise what fails, and the outbox tries again."""

    def look(payload: Payload) -> None:
        what, identity = Watched(payload["what"]), payload["id"]
        try:
            with asking(engine, clock):
                looks[what](identity)
        except NotThere:
            log.warning("nothing_to_look_at", what=what.value, id=identity)

    def in_turns(kind: str, walk: Callable[[Progress], Settled]) -> Handler:
        """Walk for a while; then let other jobs have their turn, and go on where the walk stood."""

        def take_a_turn(_payload: Payload) -> None:
            turn = _Turn(clock)
            try:
                settled = walk(turn.look_at_the_clock)
            except TurnOver:
                with writing(engine) as conn:
                    enqueue(conn, kind, EVERYTHING, {}, now=clock())
                return
            if settled.waiting:  # a job of its own, so that what happens meanwhile is settled at once
                with writing(engine) as conn:
                    enqueue(conn, SETTLE, RENEWALS, {}, now=clock() + INVOICE_LAG)

        return take_a_turn

    return {
        LOOK: look,
        SETTLE: in_turns(SETTLE, settling.settle),
        RECONCILE: in_turns(RECONCILE, lambda progress: settling.reconcile(progress).settled),
    }


class _Turn:
    """Ends a walk, between two pages, when it has taken its time."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._over = clock, clock() + TURN

    def look_at_the_clock(self, _name: str, _rows: int, share: float) -> None:
        """The last page of a list does not end a walk: what is left is little."""
        if share < 1.0 and self._clock() > self._over:
            raise TurnOver


def reconcile_hourly(engine: Engine, clock: Clock) -> Chore:
    """Have Stripe's lists walked, also at the start. As a job it is tried again soon when Stripe is away."""

    def ask_for_reconcile() -> None:
        with writing(engine) as conn:
            enqueue(conn, RECONCILE, EVERYTHING, {}, now=clock())

    return Chore(RECONCILE_EVERY, ask_for_reconcile)
