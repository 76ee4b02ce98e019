"""Does at Stripe what treasurers asked for, in their order, each as often as it takes and with effect once."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from sqlalchemy.engine import Connection, Engine

from campaigns.store import campaign_by_id
from database.instants import Clock
from database.transactions import reading, writing
from ledger.money import Money
from outbox.jobs import enqueue
from payments.reading.standing import read_subscription
from payments.recurring import store
from payments.recurring.acts import Act, Wish
from payments.recurring.looking import Looking
from payments.recurring.recurring import Recurring, RecurringState
from payments.stripe_checkout import Purpose
from payments.stripe_lists import Lists
from payments.stripe_recurring import Object, RecurringGateway

# Ask Stripe for what is wished for a recurring gift: {"recurring": id}. One subject a recurring gift, so that
# a wish never overtakes an earlier one.
ACT = "recurring.act"

log = structlog.get_logger()


class NotRunning(ValueError):
    """A recurring gift that has not begun at Stripe, or has ended: nothing about it can be changed."""


def wish(conn: Connection, recurring: Recurring, wanted: Wish) -> None:
    """Keep a wish and have Stripe asked for it soon; raises NotRunning."""
    if recurring.subscription is None or recurring.state is RecurringState.ENDED:
        raise NotRunning(recurring.id)
    store.add_wish(conn, wanted)
    enqueue(conn, ACT, recurring.id, {"recurring": recurring.id}, now=wanted.asked_at, urgent=True)


def key_of(wanted: Wish, now: datetime) -> str:
    """An act's idempotency key: the same for a minute, so that an answer that got lost is told again.

    Stripe remembers its own errors under a key as well, for a day; so after one minute, two, four and so on a
    new key asks anew. An act says how it shall be, so nothing doubles.
    """
    return f"{wanted.id}-{int((now - wanted.asked_at).total_seconds() // 60).bit_length()}"


class Acting:
    """Fulfils wishes. No transaction is open while Stripe is asked."""

    def __init__(self, engine: Engine, lists: Lists, gateway: RecurringGateway, clock: Clock) -> None:
        self._engine, self._lists, self._gateway, self._clock = engine, lists, gateway, clock
        self._looking = Looking(engine, lists, gateway, clock)

    def look(self, subscription: str) -> None:
        """See to a subscription and keep how it stands; raises StripeAway or StripeRefused."""
        self._looking.look(subscription)

    def act(self, recurring_id: str) -> None:
        """Fulfil what is wished for this recurring gift; raises StripeAway or StripeRefused, to be tried again."""
        with reading(self._engine) as conn:
            recurring = store.recurring_of(conn, [recurring_id])[recurring_id]
            waiting = [one for one in store.wishes(conn, recurring) if one.done_at is None]
            products = _products(conn, recurring)
        assert recurring.subscription is not None, "wishes are taken once a recurring gift runs"
        for one in waiting:
            self._fulfil(recurring, recurring.subscription, one, products)
        self.look(recurring.subscription)

    def _fulfil(self, recurring: Recurring, subscription: str, wanted: Wish, products: Mapping[int, str]) -> None:
        seen = self._lists.subscription(subscription)
        if read_subscription(seen).state is not RecurringState.ENDED:  # then there is nothing left to change
            self._ask(recurring, seen, wanted, products)
        with writing(self._engine) as conn:
            store.fulfil(conn, wanted, self._clock())
        log.info("recurring_act_done", recurring=recurring.id, act=wanted.act.value)

    def _ask(self, recurring: Recurring, seen: Object, wanted: Wish, products: Mapping[int, str]) -> None:
        subscription, key = str(seen["id"]), key_of(wanted, self._clock())
        match wanted.act:
            case Act.AMOUNT:
                assert wanted.amount is not None
                parts = _parts(recurring, wanted.amount, products)
                self._gateway.change_amount(seen, parts, recurring.interval, key)
            case Act.PAUSE:
                self._gateway.pause(subscription, key)
            case Act.RESUME:
                self._gateway.resume(subscription, key)
            case Act.END_LATER:
                self._gateway.end_with_its_period(subscription, key)
            case Act.END_NOW:
                self._gateway.end_now(subscription, key)


def _products(conn: Connection, recurring: Recurring) -> dict[int, str]:
    found = [campaign_by_id(conn, share.campaign) for share in recurring.shares]
    return {one.id: Purpose(one.slug, one.title).product for one in found if one}


def _parts(recurring: Recurring, amount: Money, products: Mapping[int, str]) -> dict[str, Money]:
    """What each campaign's Product is to ask for: the new amount, split as its instalments are."""
    parts = amount.allocate([share.weight for share in recurring.shares])
    return {products[share.campaign]: part for share, part in zip(recurring.shares, parts, strict=True)}
