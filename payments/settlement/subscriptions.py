"""Fetches a recurring gift's subscription from Stripe, keeps it to what was promised, and saves its status."""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from payments.gifts import recurring_store
from payments.gifts.due_dates import counted_from, due_as_promised, stop_at
from payments.gifts.recurring import Recurring, RecurringState, SubscriptionPlan, SubscriptionStatus
from payments.reading.fields import flag, instant, instant_or_none, nested, objects
from payments.reading.statuses import read_decline, read_subscription, unpaid_invoice
from payments.stripe.lists import StripeLists
from payments.stripe.objects import StripeObject
from payments.stripe.subscriptions import MOVED_TO, STOPS_AT, RecurringGateway

# The statuses in which a renewal may be moved. A move would hide a failed payment: Stripe calls it trialing then.
_MOVABLE = ("active", "trialing")
_ROUNDING = timedelta(minutes=1)

log = structlog.get_logger()


class SubscriptionStatuses:
    """Fetches subscriptions as they are now. No transaction is open while Stripe is asked."""

    def __init__(
        self, engine: Engine, lists: StripeLists, gateway: RecurringGateway, clock: Clock, zone: tzinfo
    ) -> None:
        """`zone` is the organisation's: instalments are taken on its days."""
        self._engine, self._lists, self._gateway, self._clock, self._zone = engine, lists, gateway, clock, zone

    def fetch(self, subscription_id: str) -> None:
        """Save its status. A subscription that is not ours is ignored. Raises StripeAway or StripeRefused."""
        asked_at, subscription = self._ask(subscription_id)
        recurring = self._recurring_of(read_subscription(subscription))
        if recurring is None:
            log.info("subscription_not_ours", subscription=subscription_id)
            return
        if self._keep_promise(recurring, subscription):
            asked_at, subscription = self._ask(subscription_id)
        status = replace(read_subscription(subscription), decline=self._decline(subscription))
        with writing(self._engine) as conn:
            recurring_store.save_status(conn, recurring.id, status, asked_at)

    def _decline(self, subscription: StripeObject) -> str | None:
        """Why its instalment could not be taken."""
        invoice = unpaid_invoice(subscription)
        return read_decline(self._lists.payments_of_invoice(invoice).rows) if invoice else None

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

    def _keep_promise(self, recurring: Recurring, subscription: StripeObject) -> bool:
        """Move the next renewal to its promised day, and set the end that the donor chose; True if Stripe was asked.

        An end or a day that was set or removed at Stripe by anybody else is left as it is.
        """
        counted = recurring.instalments is not None and _may_set_end(recurring, subscription)
        instalments = self._gateway.instalments_so_far(subscription["id"]) if counted else 0
        now = self._clock()
        plan = _plan(recurring, subscription, self._zone, instalments, now)
        if plan == SubscriptionPlan(None, None):
            return False
        self._gateway.keep_to(subscription["id"], plan, now, recurring.day)
        return True


def _plan(
    recurring: Recurring, subscription: StripeObject, zone: tzinfo, instalments: int, now: datetime
) -> SubscriptionPlan:
    """What has to change so that each instalment is taken on its promised day, and none after the end."""
    first = counted_from(instant(subscription, "start_date").astimezone(zone).date(), recurring.rhythm)
    anchor, renewal = instant(subscription, "billing_cycle_anchor"), _period("end", subscription)
    next_due = renewal
    if _may_move(subscription):
        next_due = due_as_promised(renewal, first, recurring.interval, zone)
        if next_due <= max(now, _period("start", subscription)):  # too late for this one
            next_due = renewal
    moved = next_due if next_due != renewal else None
    if not _may_set_end(recurring, subscription):
        return SubscriptionPlan(moved, None)
    stop = stop_at(recurring.rhythm, zone, first, moved or anchor, next_due, instalments)
    return SubscriptionPlan(moved, stop if stop != instant_or_none(subscription, "cancel_at") else None)


def _may_move(subscription: StripeObject) -> bool:
    """Whether another instalment will be asked for, on a day that follows from the first, or from our own move."""
    if subscription["status"] not in _MOVABLE or read_subscription(subscription).next_at is None:
        return False
    anchor, began = instant(subscription, "billing_cycle_anchor"), instant(subscription, "start_date")
    moved_to = nested(subscription, "metadata").get(MOVED_TO)
    return abs(anchor - began) < _ROUNDING or moved_to == str(int(anchor.timestamp()))


def _may_set_end(recurring: Recurring, subscription: StripeObject) -> bool:
    if recurring.ends_at is None and recurring.instalments is None:
        return False
    if read_subscription(subscription).state is RecurringState.ENDED or flag(subscription, "cancel_at_period_end"):
        return False
    our_end, planned = nested(subscription, "metadata").get(STOPS_AT), subscription.get("cancel_at")
    return planned is None if our_end is None else str(planned) == our_end


def _period(side: str, subscription: StripeObject) -> datetime:
    return instant(objects(nested(subscription, "items"), "data")[0], f"current_period_{side}")
