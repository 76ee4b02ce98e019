"""Events for outgoing webhooks are written with what causes them: once, and without anything personal."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from database.migrating import require_mode
from database.transactions import booking, reading, writing
from ledger.money import GBP, Money
from outbox.tables import job
from payments.gifts.gift import DonorDetails, Share, pledge
from payments.gifts.offline import Means, OfflineGift
from payments.gifts.offline_store import enter_offline, giver, offline_gift_of, take_back_offline
from payments.gifts.recurring import RecurringState, SubscriptionStatus
from payments.gifts.recurring_store import save_status
from payments.reading.happenings import Category
from tests.payments.conftest import LONDON
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import (
    add_recurring_gift,
    apply_happenings,
    arrived,
    charged,
    dispute_moved,
    failed,
    line,
    refunded,
)
from webhooks.event import EventType
from webhooks.store import add_endpoint
from webhooks.tables import webhook_delivery, webhook_event

SECONDS = int(NOON.timestamp())
EMAIL, NAME, MESSAGE = "mary@example.org", "Mary Seacole", "For my sister"
ALL = tuple(EventType)
# No matter of the engine.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def want(books: Books, *kinds: str, endpoint: str = "we_1") -> None:
    """An endpoint that is told of these."""
    require_mode(books.engine, "test")
    with writing(books.engine) as conn:
        add_endpoint(conn, endpoint, "https://hooks.example.org/", kinds, "sealed", NOON)


def events_of(books: Books) -> list[dict[str, Any]]:
    """Every event as it is sent, by type and amount. Nothing personal is in it."""
    with reading(books.engine) as conn:
        bodies = list(conn.scalars(sa.select(webhook_event.c.body)))
    for personal in (EMAIL, NAME, MESSAGE, "Donor 1", "donor1@"):
        assert personal not in "".join(bodies)
    return sorted(map(json.loads, bodies), key=lambda event: (event["type"], event["data"].get("amount", 0)))


def tell_story(books: Books) -> None:
    """A shared gift that is refunded in part and disputed, one that fails and is collected again, a payout.

    Each told twice in one order, and once more in the other, one by one.
    """
    books.pledge(1, amount=2500, shares=[(1, 1500), (2, 1000)])
    books.pledge(2, amount=900)
    story = (
        charged("1", gift=gift_id(1)),
        refunded("1", "1", 500),
        dispute_moved("d", "1", -2000),
        failed("2", 900),
        charged("2", 900, gift=gift_id(2)),
        line("p", Category.PAYOUT, -1000, subject="po_1"),
        arrived("1", 1000),
    )
    for batch in (story, story, *((happening,) for happening in reversed(story))):
        apply_happenings(books, *batch)


def test_each_fact_is_one_event_however_often_it_is_reported(books: Books) -> None:
    """With ids, amounts in minor units, and each campaign's share by its address; queued for each endpoint once."""
    want(books, *ALL)
    want(books, "payout.paid", endpoint="we_2")
    tell_story(books)

    events = events_of(books)

    of_gift = {"gift_id": gift_id(1), "donor_id": books.gift(1).donor_id, "recurring_id": None, "source": None}
    data_of = {(event["type"], event["data"]["amount"]): event["data"] for event in events}
    assert [event["type"] for event in events] == [
        "gift.disputed", "gift.failed", "gift.received", "gift.received", "gift.refunded", "payout.paid"
    ]  # fmt: skip
    assert data_of["gift.received", 2500] == of_gift | {
        "is_offline": False, "amount": 2500, "currency": "GBP", "payment": "pi_1", "received_at": SECONDS,
        "shares": [{"campaign": "libraries", "amount": 1500}, {"campaign": "buses", "amount": 1000}],
    }  # fmt: skip
    assert data_of["gift.refunded", 500] == of_gift | {
        "refund_id": "re_1", "amount": 500, "currency": "GBP", "refunded_at": SECONDS + 600,
        "shares": [{"campaign": "libraries", "amount": 300}, {"campaign": "buses", "amount": 200}],
    }  # fmt: skip
    assert data_of["gift.disputed", 2000]["dispute_id"] == "du_1"
    assert data_of["gift.failed", 900]["gift_id"] == gift_id(2)
    assert data_of["payout.paid", 1000] == {
        "payout_id": "po_1", "amount": 1000, "currency": "GBP", "arrived_on": "2026-11-21"
    }  # fmt: skip
    assert {(event["mode"], event["created"]) for event in events} == {("test", SECONDS)}
    with reading(books.engine) as conn:
        deliveries = conn.execute(sa.select(webhook_delivery.c.endpoint_id, sa.func.count()).group_by(sa.text("1")))
        assert {row[0]: row[1] for row in deliveries} == {"we_1": 6, "we_2": 1}
        jobs = conn.scalars(sa.select(job.c.key).where(job.c.kind == "webhook.deliver").order_by(job.c.key))
        assert list(jobs) == ["webhook.deliver:we_1", "webhook.deliver:we_2"]


@on_sqlite
@pytest.mark.parametrize("wanted", [(), ("recurring.started",), ("payout.paid",)])
def test_what_nobody_asks_for_is_not_written(books: Books, wanted: Sequence[str]) -> None:
    """Nor is anything where there is no endpoint."""
    if wanted:
        want(books, *wanted)
    books.pledge(1)
    apply_happenings(books, charged("1", gift=gift_id(1)), refunded("1", "1", 500))

    assert events_of(books) == []


@on_sqlite
def test_an_offline_gift_is_received_and_taken_back(books: Books) -> None:
    """The form sent twice is one event; its name, address and message stay here."""
    want(books, *ALL)
    new = pledge(Money(2500, GBP), [Share(0, 1, 1)], DonorDetails(NAME, EMAIL, MESSAGE), NOON)
    for _ in range(2):
        with booking(books.engine) as conn:
            new = replace(new, donor_id=giver(conn, new.donor, None, NOON).id)
            enter_offline(conn, OfflineGift(new, Means.CASH, NOON.date(), "", True, "ada"), None, (NOON, LONDON))
    for _ in range(2):
        with booking(books.engine) as conn:
            kept = offline_gift_of(conn, new.id)
            assert kept is not None
            take_back_offline(conn, kept, "a mistake", "ada", (NOON, LONDON))

    received, taken_back = (event["data"] for event in events_of(books))

    assert (received["gift_id"], received["amount"], received["is_offline"]) == (new.id, 2500, True)
    assert (taken_back["gift_id"], taken_back["shares"]) == (new.id, [{"campaign": "libraries", "amount": 2500}])


@on_sqlite
def test_a_recurring_gift_starts_and_ends_once(books: Books) -> None:
    """Whatever happens to it in between, and however often Stripe is asked."""
    want(books, *ALL)
    books.pledge(1, amount=1000)
    recurring = add_recurring_gift(books, shares=((1, 3), (2, 1)))
    standing = SubscriptionStatus(
        "sub_1", recurring, RecurringState.PENDING, Money(1000, GBP), None, None, 0, None, paused=False, resumes_at=None
    )
    states = ("pending", "active", "active", "past_due", "paused", "active", "ending", "ended", "ended")
    for minutes, state in enumerate(states):
        with writing(books.engine) as conn:
            status = replace(standing, state=RecurringState(state))
            save_status(conn, recurring, status, NOON + timedelta(minutes=minutes))

    ended, started = events_of(books)

    assert (ended["type"], started["type"]) == ("recurring.ended", "recurring.started")
    assert started["data"] == {
        "recurring_id": recurring, "donor_id": books.gift(1).donor_id, "amount": 1000, "currency": "GBP",
        "interval": "month",
        "shares": [{"campaign": "libraries", "amount": 750}, {"campaign": "buses", "amount": 250}],
    }  # fmt: skip
