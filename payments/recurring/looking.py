"""Looks at a recurring gift at Stripe: sees to the end that its donor chose, and keeps how it stands."""

from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from payments.reading.shapes import Object, flag, instant, instant_or_none, objects, section
from payments.reading.standing import SubscriptionStanding, read_subscription
from payments.recurring import store
from payments.recurring.dates import stop_at
from payments.recurring.recurring import Recurring, RecurringState
from payments.stripe_lists import Lists
from payments.stripe_recurring import STOPS_AT, RecurringGateway

log = structlog.get_logger()


class Looking:
    """Fetches subscriptions as they are now. Messages only say that it is time to look; no transaction is open."""

    def __init__(self, engine: Engine, lists: Lists, gateway: RecurringGateway, clock: Clock) -> None:
        self._engine, self._lists, self._gateway, self._clock = engine, lists, gateway, clock

    def look(self, subscription: str) -> None:
        """Keep how it stands. One that is not ours is left alone. Raises StripeAway or StripeRefused."""
        asked_at, seen = self._ask(subscription)
        recurring = self._whose(read_subscription(seen))
        if recurring is None:
            log.info("subscription_not_ours", subscription=subscription)
            return
        if self._see_to_its_end(recurring, seen):
            asked_at, seen = self._ask(subscription)
        with writing(self._engine) as conn:
            store.keep_standing(conn, recurring.id, read_subscription(seen), asked_at)

    def _ask(self, subscription: str) -> tuple[datetime, Object]:
        asked_at = self._clock()
        return asked_at, self._lists.subscription(subscription)

    def _whose(self, standing: SubscriptionStanding) -> Recurring | None:
        with reading(self._engine) as conn:
            known = store.recurring_of_subscription(conn, standing.subscription)
            if known is None and standing.recurring is not None:
                named = store.recurring_of(conn, [standing.recurring]).get(standing.recurring)
                # A copy that somebody made at Stripe carries our metadata, but is not the donor's instruction.
                known = named if named and named.subscription is None else None
        return known

    def _see_to_its_end(self, recurring: Recurring, seen: Object) -> bool:
        """Set the end that the donor chose, or move it after instalments were dropped; True if Stripe was asked.

        An end that somebody else has set at Stripe (or taken away there) is left as it is.
        """
        if not _may_set_end(recurring, seen):
            return False
        asked = self._gateway.asked_so_far(seen["id"]) if recurring.instalments is not None else 0
        wanted = stop_at(recurring.rhythm, instant(seen, "billing_cycle_anchor"), _period_end(seen), asked)
        if wanted is None or wanted == instant_or_none(seen, "cancel_at"):
            return False
        self._gateway.stop_at(seen["id"], wanted, self._clock())
        return True


def _may_set_end(recurring: Recurring, seen: Object) -> bool:
    if recurring.ends_at is None and recurring.instalments is None:
        return False
    if read_subscription(seen).state is RecurringState.ENDED or flag(seen, "cancel_at_period_end"):
        return False
    ours, planned = section(seen, "metadata").get(STOPS_AT), seen.get("cancel_at")
    if ours is None:
        return planned is None
    return recurring.instalments is not None and str(planned) == ours


def _period_end(seen: Object) -> datetime:
    return instant(objects(section(seen, "items"), "data")[0], "current_period_end")
