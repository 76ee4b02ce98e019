"""Fetches a recurring gift's subscription from Stripe, sets the end that its donor chose, and saves its status."""

from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from payments.gifts import recurring_store
from payments.gifts.due_dates import stop_at
from payments.gifts.recurring import Recurring, RecurringState, SubscriptionStatus
from payments.reading.fields import flag, instant, instant_or_none, nested, objects
from payments.reading.statuses import read_subscription
from payments.stripe.lists import StripeLists
from payments.stripe.objects import StripeObject
from payments.stripe.subscriptions import STOPS_AT, RecurringGateway

log = structlog.get_logger()


class SubscriptionStatuses:
    """Fetches subscriptions as they are now. No transaction is open while Stripe is asked."""

    def __init__(self, engine: Engine, lists: StripeLists, gateway: RecurringGateway, clock: Clock) -> None:
        self._engine, self._lists, self._gateway, self._clock = engine, lists, gateway, clock

    def fetch(self, subscription_id: str) -> None:
        """Save its status. A subscription that is not ours is ignored. Raises StripeAway or StripeRefused."""
        asked_at, subscription = self._ask(subscription_id)
        recurring = self._recurring_of(read_subscription(subscription))
        if recurring is None:
            log.info("subscription_not_ours", subscription=subscription_id)
            return
        if self._set_end(recurring, subscription):
            asked_at, subscription = self._ask(subscription_id)
        with writing(self._engine) as conn:
            recurring_store.save_status(conn, recurring.id, read_subscription(subscription), asked_at)

    def _ask(self, subscription_id: str) -> tuple[datetime, StripeObject]:
        asked_at = self._clock()
        return asked_at, self._lists.subscription(subscription_id)

    def _recurring_of(self, status: SubscriptionStatus) -> Recurring | None:
        with reading(self._engine) as conn:
            known = recurring_store.recurring_of_subscription(conn, status.subscription)
            if known is None and status.recurring is not None:
                claimed = recurring_store.recurring_of(conn, [status.recurring]).get(status.recurring)
                # A copy of a subscription, made at Stripe, carries our metadata, but is not the donor's instruction.
                known = claimed if claimed and claimed.subscription is None else None
        return known

    def _set_end(self, recurring: Recurring, subscription: StripeObject) -> bool:
        """Set the end that the donor chose, or move it after instalments were dropped; True if Stripe was asked.

        An end that was set or removed at Stripe by anybody else is left as it is.
        """
        if not _may_set_end(recurring, subscription):
            return False
        instalments = self._gateway.instalments_so_far(subscription["id"]) if recurring.instalments is not None else 0
        anchor = instant(subscription, "billing_cycle_anchor")
        wanted = stop_at(recurring.rhythm, anchor, _period_end(subscription), instalments)
        if wanted is None or wanted == instant_or_none(subscription, "cancel_at"):
            return False
        self._gateway.stop_at(subscription["id"], wanted, self._clock())
        return True


def _may_set_end(recurring: Recurring, subscription: StripeObject) -> bool:
    if recurring.ends_at is None and recurring.instalments is None:
        return False
    if read_subscription(subscription).state is RecurringState.ENDED or flag(subscription, "cancel_at_period_end"):
        return False
    our_end, planned = nested(subscription, "metadata").get(STOPS_AT), subscription.get("cancel_at")
    if our_end is None:
        return planned is None
    return recurring.instalments is not None and str(planned) == our_end


def _period_end(subscription: StripeObject) -> datetime:
    return instant(objects(nested(subscription, "items"), "data")[0], "current_period_end")
