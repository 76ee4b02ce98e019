"""Fetches a recurring gift's subscription from Stripe, sets the end that its donor chose, and keeps its status."""

from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from payments.gifts import recurring_store
from payments.gifts.due_dates import stop_at
from payments.gifts.recurring import Recurring, RecurringState
from payments.reading.shapes import Object, flag, instant, instant_or_none, objects, section
from payments.reading.statuses import SubscriptionStatus, read_subscription
from payments.settlement import store
from payments.stripe.lists import StripeLists
from payments.stripe.subscriptions import STOPS_AT, RecurringGateway

log = structlog.get_logger()


class SubscriptionStatuses:
    """Fetches subscriptions as they are now; messages only say that it is time to. No transaction is open meanwhile."""

    def __init__(self, engine: Engine, lists: StripeLists, gateway: RecurringGateway, clock: Clock) -> None:
        self._engine, self._lists, self._gateway, self._clock = engine, lists, gateway, clock

    def fetch(self, subscription_id: str) -> None:
        """Keep its status. A subscription that is not ours is left alone. Raises StripeAway or StripeRefused."""
        asked_at, subscription = self._ask(subscription_id)
        recurring = self._recurring_of(read_subscription(subscription))
        if recurring is None:
            log.info("subscription_not_ours", subscription=subscription_id)
            return
        if self._set_end(recurring, subscription):
            asked_at, subscription = self._ask(subscription_id)
        with writing(self._engine) as conn:
            store.keep_subscription(conn, recurring.id, read_subscription(subscription), asked_at)

    def _ask(self, subscription_id: str) -> tuple[datetime, Object]:
        asked_at = self._clock()
        return asked_at, self._lists.subscription(subscription_id)

    def _recurring_of(self, status: SubscriptionStatus) -> Recurring | None:
        with reading(self._engine) as conn:
            known = recurring_store.recurring_of_subscription(conn, status.subscription)
            if known is None and status.recurring is not None:
                named = recurring_store.recurring_of(conn, [status.recurring]).get(status.recurring)
                # A copy that somebody made at Stripe carries our metadata, but is not the donor's instruction.
                known = named if named and named.subscription is None else None
        return known

    def _set_end(self, recurring: Recurring, subscription: Object) -> bool:
        """Set the end that the donor chose, or move it after instalments were dropped; True if Stripe was asked.

        An end that somebody else has set at Stripe (or taken away there) is left as it is.
        """
        if not _may_set_end(recurring, subscription):
            return False
        asked = self._gateway.asked_so_far(subscription["id"]) if recurring.instalments is not None else 0
        anchor = instant(subscription, "billing_cycle_anchor")
        wanted = stop_at(recurring.rhythm, anchor, _period_end(subscription), asked)
        if wanted is None or wanted == instant_or_none(subscription, "cancel_at"):
            return False
        self._gateway.stop_at(subscription["id"], wanted, self._clock())
        return True


def _may_set_end(recurring: Recurring, subscription: Object) -> bool:
    if recurring.ends_at is None and recurring.instalments is None:
        return False
    if read_subscription(subscription).state is RecurringState.ENDED or flag(subscription, "cancel_at_period_end"):
        return False
    ours, planned = section(subscription, "metadata").get(STOPS_AT), subscription.get("cancel_at")
    if ours is None:
        return planned is None
    return recurring.instalments is not None and str(planned) == ours


def _period_end(subscription: Object) -> datetime:
    return instant(objects(section(subscription, "items"), "data")[0], "current_period_end")
