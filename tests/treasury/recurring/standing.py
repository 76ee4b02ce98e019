"""Recurring gifts in every state, as Stripe would report them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from database.transactions import booking, writing
from ledger.money import GBP, Money
from payments.gifts import store
from payments.gifts.gift import DonorDetails, Gift, Share, pledge
from payments.gifts.recurring import (
    Interval,
    Recurring,
    RecurringState,
    Rhythm,
    SubscriptionStatus,
    begin,
    recurring_id_of,
)
from payments.gifts.recurring_store import add_recurring, link_subscriptions, save_status
from tests.payments.messages import charge, delivery, event
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NEXT = datetime(2026, 12, 12, 12, tzinfo=UTC)


def stand(
    desk: Desk,
    n: int,
    state: RecurringState = RecurringState.ACTIVE,
    *,
    pence: int = 1000,
    rhythm: Rhythm | None = None,
    donor: DonorDetails | None = None,
    **changes: Any,
) -> Recurring:
    """A recurring gift whose first instalment was received, in the state that Stripe reports."""
    first = _first(n, pence, donor or DonorDetails(f"Donor {n}", f"donor{n}@example.org"))
    recurring = begin(first, rhythm or Rhythm(Interval.MONTH))
    with booking(desk.books.engine) as conn:
        store.add_gift(conn, first)
        add_recurring(conn, recurring)
    if state is RecurringState.PENDING:
        return recurring
    at = int(first.created_at.timestamp())
    paid = charge(str(n), gift=first.id, amount=pence, created=at)
    desk.books.deliver(delivery(event("charge.succeeded", paid, name=f"first_{n}", created=at)))
    with writing(desk.books.engine) as conn:
        link_subscriptions(conn, {recurring.id: f"sub_{n}"})
        save_status(conn, recurring.id, _standing(recurring, n, state, **changes), NOW)
    return replace(recurring, subscription=f"sub_{n}", state=state)


def _first(n: int, pence: int, donor: DonorDetails) -> Gift:
    began = NOW - timedelta(days=40, minutes=n)
    gift = replace(pledge(Money(pence, GBP), [Share(0, 1, 1)], donor, began), id=gift_id(n))
    return replace(gift, recurring_id=recurring_id_of(gift.id))


def _standing(recurring: Recurring, n: int, state: RecurringState, **changes: Any) -> SubscriptionStatus:
    usual = SubscriptionStatus(
        subscription=f"sub_{n}",
        recurring=recurring.id,
        state=state,
        amount=recurring.amount,
        next_at=NEXT,
        retry_at=None,
        attempts=0,
        ends_at=None,
        paused=state is RecurringState.PAUSED,
        resumes_at=None,
    )
    return replace(usual, **changes)


def one_of_each(desk: Desk) -> dict[RecurringState, Recurring]:
    """A recurring gift in every state, newest first by number."""
    soon = NOW + timedelta(days=2, hours=3)
    last = datetime(2027, 5, 6, 22, 59, 59, tzinfo=UTC)
    return {
        RecurringState.ACTIVE: stand(desk, 1),
        RecurringState.PAST_DUE: stand(desk, 2, RecurringState.PAST_DUE, pence=2500, retry_at=soon, attempts=2),
        RecurringState.PAUSED: stand(desk, 3, RecurringState.PAUSED, next_at=None),
        RecurringState.ENDING: stand(
            desk, 4, RecurringState.ENDING, rhythm=Rhythm(Interval.MONTH, ends_at=last), ends_at=last
        ),
        RecurringState.ENDED: stand(desk, 5, RecurringState.ENDED, next_at=None, ends_at=NOW - timedelta(days=1)),
        RecurringState.PENDING: stand(desk, 6, RecurringState.PENDING),
    }
