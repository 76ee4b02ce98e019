"""The status of recurring gifts, disputes and payouts, read from the objects as they are now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.money import GBP, Money
from payments.gifts.recurring import RecurringState
from payments.reading.fields import UnexpectedShape
from payments.reading.statuses import read_decline, read_dispute, read_payout, read_subscription
from sandbox.webhooks.endpoint import VERSIONS
from tests.payments.year_at_stripe import year_at_stripe

DAY = datetime(2026, 12, 21, 12, tzinfo=UTC)
AT = int(DAY.timestamp())
LATER = DAY + timedelta(days=200)


def _subscription(**more: Any) -> dict[str, Any]:
    price = {"object": "price", "currency": "gbp", "unit_amount": 1000}
    parts = [{"object": "subscription_item", "current_period_end": AT, "price": price, "quantity": 2}]
    return {
        "id": "sub_1",
        "object": "subscription",
        "cancel_at": None,
        "cancel_at_period_end": False,
        "ended_at": None,
        "items": {"object": "list", "data": parts},
        "latest_invoice": None,
        "metadata": {"recurring_id": "00000000-0000-0000-0000-000000000009"},
        "pause_collection": None,
        "status": "active",
    } | more


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("incomplete", RecurringState.PENDING),
        ("trialing", RecurringState.ACTIVE),
        ("active", RecurringState.ACTIVE),
        ("past_due", RecurringState.PAST_DUE),
        ("unpaid", RecurringState.PAST_DUE),
        ("paused", RecurringState.PAUSED),
        ("canceled", RecurringState.ENDED),
        ("incomplete_expired", RecurringState.ENDED),
    ],
)
def test_every_status_of_stripes_is_a_state_of_ours(status: str, state: RecurringState) -> None:
    """All eight of them (stripe-python 16.1, `Subscription.status`)."""
    subscription = read_subscription(_subscription(status=status))
    assert (subscription.state, subscription.amount, subscription.recurring) == (
        state,
        Money(2000, GBP),
        "00000000-0000-0000-0000-000000000009",
    )


def test_an_unknown_status_is_refused() -> None:
    """It is not taken for active."""
    with pytest.raises(UnexpectedShape, match="hibernating"):
        read_subscription(_subscription(status="hibernating"))


def test_an_active_one_says_when_the_next_instalment_is_due() -> None:
    """At the end of the period that runs."""
    status = read_subscription(_subscription())
    assert (status.next_at, status.ends_at, status.paused, status.retry_at, status.attempts) == (
        DAY,
        None,
        False,
        None,
        0,
    )


@pytest.mark.parametrize("planned", [{"cancel_at": AT}, {"cancel_at_period_end": True}])
def test_one_that_ends_with_its_period_has_no_next_instalment(planned: dict[str, Any]) -> None:
    """Planned by a day, as on Stripe's own pages, or by the period's end."""
    status = read_subscription(_subscription(**planned))
    assert (status.state, status.next_at, status.ends_at) == (RecurringState.ENDING, None, DAY)


def test_one_that_is_cancelled_before_its_planned_end_ends_sooner() -> None:
    """Both are planned: the end with this period comes first."""
    status = read_subscription(_subscription(cancel_at=int(LATER.timestamp()), cancel_at_period_end=True))
    assert (status.state, status.next_at, status.ends_at) == (RecurringState.ENDING, None, DAY)


def test_one_that_ends_later_still_has_instalments() -> None:
    """Until polling day."""
    status = read_subscription(_subscription(cancel_at=int(LATER.timestamp())))
    assert (status.state, status.next_at, status.ends_at) == (RecurringState.ENDING, DAY, LATER)


def test_a_pause_shows_while_all_is_well_and_a_failure_shows_through_it() -> None:
    """`ends_at` is set as well, whatever the state."""
    pause = {"behavior": "void", "resumes_at": int(LATER.timestamp())}
    paused = read_subscription(_subscription(pause_collection=pause, cancel_at=AT))
    assert (paused.state, paused.paused, paused.next_at) == (RecurringState.PAUSED, True, None)
    assert (paused.resumes_at, paused.ends_at) == (LATER, DAY)
    failing = read_subscription(_subscription(pause_collection=pause, status="past_due"))
    assert (failing.state, failing.paused) == (RecurringState.PAST_DUE, True)


def test_a_failed_instalment_says_when_stripe_tries_again() -> None:
    """From the latest invoice, expanded; a draft that waits to be collected has not failed."""
    invoice = {"object": "invoice", "status": "open", "attempt_count": 2, "next_payment_attempt": AT}
    failing = read_subscription(_subscription(status="past_due", latest_invoice=invoice))
    assert (failing.retry_at, failing.attempts) == (DAY, 2)
    for harmless in (invoice | {"status": "draft", "attempt_count": 0}, invoice | {"status": "paid"}, "in_1"):
        status = read_subscription(_subscription(latest_invoice=harmless))
        assert (status.retry_at, status.attempts) == (None, 0)


def test_an_ended_one_says_when() -> None:
    """And nothing is tried again."""
    status = read_subscription(_subscription(status="canceled", ended_at=AT, cancel_at=int(LATER.timestamp())))
    assert (status.state, status.ends_at, status.next_at, status.retry_at) == (RecurringState.ENDED, DAY, None, None)


def test_prices_that_do_not_add_up_are_refused() -> None:
    """Two currencies, no price, or none that is a whole number of pence."""
    good = _subscription()
    part = good["items"]["data"][0]
    euros = part | {"price": part["price"] | {"currency": "eur"}}
    vague = part | {"price": part["price"] | {"unit_amount": None}}
    for parts in ([part, euros], [], [vague]):
        with pytest.raises(UnexpectedShape):
            read_subscription(good | {"items": {"object": "list", "data": parts}})
    two = read_subscription(good | {"items": {"object": "list", "data": [part, part]}})
    assert two.amount == Money(4000, GBP)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_status_is_the_same_in_every_version(version: str) -> None:
    """Each event of the year about a subscription, in this version and in the current one."""

    def statuses(of: str) -> dict[str, Any]:
        events = year_at_stripe().events[of]
        wanted = [event for event in events if event["type"].startswith("customer.subscription.")]
        return {event["id"]: read_subscription(event["data"]["object"]) for event in wanted}

    assert statuses(version) == statuses(VERSIONS[-1])
    assert {status.state for status in statuses(version).values()} == set(RecurringState) - {RecurringState.PENDING}


def test_disputes_have_their_status() -> None:
    """Four of the year; one that waits for an answer says until when."""
    statuses = [read_dispute(dispute) for dispute in year_at_stripe().disputes]
    assert {status.status for status in statuses} >= {"won", "warning_closed"}
    assert all(status.answer_by is None for status in statuses)
    [asked] = [d for d in year_at_stripe().disputes if d["status"] == "warning_closed"]
    waiting = read_dispute({**asked, "status": "needs_response"})
    assert waiting.answer_by == datetime.fromtimestamp(asked["evidence_details"]["due_by"], UTC)


def test_payouts_have_their_status() -> None:
    """Paid, failed after that, cancelled by hand; automatic ones know their lines."""
    statuses = [read_payout(payout) for payout in year_at_stripe().payouts]
    seen = {(status.status, status.automatic, status.reconciled) for status in statuses}
    assert seen - {("in_transit", True, True)} == {
        ("paid", True, True), ("failed", True, True), ("canceled", False, False),
    }  # fmt: skip
    assert any(status.amount.minor < 0 for status in statuses)


def test_the_last_attempt_is_remembered_after_the_end() -> None:
    """Where the account lets Stripe give the invoice up, the gift ended because it was not paid, not for no reason."""
    given_up = {"status": "uncollectible", "attempt_count": 4, "next_payment_attempt": None}

    status = read_subscription(_subscription(status="canceled", ended_at=1_795_262_400, latest_invoice=given_up))

    assert (status.state, status.attempts, status.retry_at) == (RecurringState.ENDED, 4, None)


@pytest.mark.parametrize(
    ("error", "decline"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, "insufficient_funds"),
        ({"code": "debit_not_authorized", "decline_code": None}, "debit_not_authorized"),
        ({"code": None}, None),
        (None, None),
    ],
)
def test_the_banks_own_reason_goes_before_stripes(error: dict[str, str | None] | None, decline: str | None) -> None:
    """A payment that was not expanded, or was made outside Stripe, has none."""
    intent = {"id": "pi_1", "object": "payment_intent", "last_payment_error": error}
    outside = {"object": "invoice_payment", "payment": {"type": "payment_record", "payment_record": "pr_1"}}
    failed = {"object": "invoice_payment", "payment": {"type": "payment_intent", "payment_intent": intent}}

    assert read_decline([outside, failed]) == decline
