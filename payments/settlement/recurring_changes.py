"""Makes the changes of recurring gifts that were asked for at Stripe, in their order; each takes effect once."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

import structlog
from sqlalchemy.engine import Connection, Engine

from campaigns.store import addresses_of, campaign_by_id
from database.instants import Clock
from database.transactions import reading, writing
from ledger.money import Money
from payments.gifts import recurring_store
from payments.gifts.gift import split
from payments.gifts.recurring import Recurring, RecurringState
from payments.gifts.recurring_changes import ChangeKind, RecurringChange
from payments.reading.statuses import read_subscription
from payments.settlement.subscriptions import SubscriptionStatuses
from payments.stripe.checkout import Purpose
from payments.stripe.lists import StripeLists
from payments.stripe.objects import StripeObject
from payments.stripe.subscriptions import RecurringGateway, products_of

log = structlog.get_logger()

Products = Mapping[int, frozenset[str]]  # by campaign


def idempotency_key(change: RecurringChange, now: datetime) -> str:
    """A change's idempotency key: the same for a minute, so that a lost answer is repeated.

    Stripe remembers its own errors under a key as well, for a day; so after one minute, two, four and so on a
    new key asks anew. A change says what the result shall be, so nothing happens twice.
    """
    return f"{change.id}-{int((now - change.requested_at).total_seconds() // 60).bit_length()}"


class RecurringChanger:
    """Makes the waiting changes of recurring gifts. No transaction is open while Stripe is asked."""

    def __init__(
        self, engine: Engine, lists: StripeLists, gateway: RecurringGateway, clock: Clock, zone: tzinfo
    ) -> None:
        self._engine, self._lists, self._gateway, self._clock = engine, lists, gateway, clock
        self._statuses = SubscriptionStatuses(engine, lists, gateway, clock, zone)

    def make_changes(self, recurring_id: str) -> None:
        """Make this recurring gift's waiting changes; raises StripeAway or StripeRefused, to be tried again."""
        with reading(self._engine) as conn:
            recurring = recurring_store.recurring_of(conn, [recurring_id])[recurring_id]
            changes = recurring_store.changes_of(conn, recurring)
            products = _products(conn, recurring)
        assert recurring.subscription is not None, "changes are taken once a recurring gift runs"
        for change in changes:
            if change.done_at is None:
                self._make(recurring, recurring.subscription, change, products)
        self._statuses.fetch(recurring.subscription)

    def _make(self, recurring: Recurring, subscription_id: str, change: RecurringChange, products: Products) -> None:
        subscription = self._lists.subscription(subscription_id)
        if read_subscription(subscription).state is not RecurringState.ENDED:  # then there is nothing left to change
            self._ask(recurring, subscription, change, products)
        with writing(self._engine) as conn:
            recurring_store.mark_done(conn, change, self._clock())
        log.info("recurring_act_done", recurring=recurring.id, act=change.kind.value)

    def _ask(
        self, recurring: Recurring, subscription: StripeObject, change: RecurringChange, products: Products
    ) -> None:
        subscription_id, key = str(subscription["id"]), idempotency_key(change, self._clock())
        match change.kind:
            case ChangeKind.AMOUNT:
                assert change.amount is not None
                parts = _parts(recurring, change.amount, products, products_of(subscription))
                self._gateway.change_amount(subscription, parts, recurring.interval, key)
            case ChangeKind.DAY:
                with writing(self._engine) as conn:  # the renewal is moved when the status is fetched
                    recurring_store.choose_day(conn, change, recurring.amount)
            case ChangeKind.PAUSE:
                if change.until is None or change.until > self._clock():  # else it would have ended already
                    self._gateway.pause(subscription_id, key, change.until)
            case ChangeKind.RESUME:
                self._gateway.resume(subscription_id, key)
            case ChangeKind.END_LATER:
                self._gateway.end_with_its_period(subscription_id, key)
            case ChangeKind.END_NOW:
                self._gateway.end_now(subscription_id, key)


def _products(conn: Connection, recurring: Recurring) -> Products:
    """The Products at Stripe that each of its campaigns has had: one for each address, which names it."""
    campaigns = [campaign_by_id(conn, share.campaign) for share in recurring.shares]
    return {
        campaign.id: frozenset(Purpose(slug, campaign.title).product for slug in addresses_of(conn, campaign))
        for campaign in campaigns
        if campaign
    }


def _parts(recurring: Recurring, amount: Money, products: Products, charged: frozenset[str]) -> dict[str, Money]:
    """What each Product that is `charged` is to ask for: the new amount, split as its instalments are."""
    parts = zip(recurring.shares, split(amount, [share.weight for share in recurring.shares]), strict=True)
    return {product: part for share, part in parts for product in products[share.campaign] & charged}
