"""What we ask of Stripe is what the installed library knows, and what the twin was really asked."""

from typing import Any

import pytest
from stripe.params import SubscriptionUpdateParams
from stripe.params.checkout import SessionCreateParams

from ledger.money import GBP, Money
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.gifts.recurring import Interval, Rhythm, SubscriptionPlan, begin
from payments.stripe.checkout import Purpose, session_params
from payments.stripe.subscriptions import plan_params, repriced
from tests.payments.organisation_books import NOON, gift_id
from tests.payments.recurring.recurring_setup import RecurringSetup
from tests.payments.typed_params import faults

PURPOSES = {1: Purpose("libraries", "Save our libraries"), 2: Purpose("buses", "Bring back the bus")}
GIFT = Gift(
    id=gift_id(1),
    state=GiftState.PENDING,
    amount=Money(1001, GBP),
    allocations=(Allocation(0, 1, Money(501, GBP)), Allocation(1, 2, Money(500, GBP))),
    donor=DonorDetails("Zoë", "zoe@example.org"),
    created_at=NOON,
    return_token="back",
)


def asked(interval: Interval | None) -> Any:
    """The parameters of a session: once, or again and again."""
    recurring = begin(GIFT, Rhythm(interval)) if interval else None
    return session_params(GIFT, PURPOSES, "https://give.example", recurring)


@pytest.mark.parametrize("interval", [None, *Interval])
def test_every_parameter_of_a_session_is_one_of_the_library(interval: Interval | None) -> None:
    """Also those of quarters, which Stripe calls three months."""
    assert faults(asked(interval), SessionCreateParams) == []


def test_a_session_that_goes_on_says_so_and_nothing_that_stripe_would_refuse() -> None:
    """One price per campaign's Product; the gift's id on the session and never on the subscription."""
    params = asked(Interval.QUARTER)
    recurring = begin(GIFT, Rhythm(Interval.QUARTER))

    assert params["mode"] == "subscription"
    assert not {"customer_creation", "payment_intent_data", "payment_method_types"} & set(params)
    assert [line["price_data"] for line in params["line_items"]] == [
        {"currency": "gbp", "unit_amount": 501, "product": "campaign_libraries",
         "recurring": {"interval": "month", "interval_count": 3}},
        {"currency": "gbp", "unit_amount": 500, "product": "campaign_buses",
         "recurring": {"interval": "month", "interval_count": 3}},
    ]  # fmt: skip
    known = {"recurring_id": recurring.id, "app": "farthing", "schema": "1"}
    assert params["metadata"] == known | {"gift_id": GIFT.id}
    assert params["subscription_data"] == {
        "description": f"Quarterly gift {GIFT.reference}: Save our libraries",
        "metadata": known | {"weights": "libraries:501 buses:500"},
        "billing_mode": {"type": "flexible"},
    }


def test_a_gift_given_once_is_asked_for_as_before() -> None:
    """Nothing of a rhythm."""
    params = asked(None)

    assert (params["mode"], params["customer_creation"]) == ("payment", "if_required")
    assert "subscription_data" not in params
    assert params["payment_intent_data"]["metadata"] == params["metadata"]


def test_every_parameter_of_a_changed_amount_is_one_of_the_library() -> None:
    """The line's own id and its quantity."""
    line = {"id": "si_1", "quantity": 3, "price": {"product": "campaign_libraries"}}
    params = {"items": [repriced(line, Money(2500, GBP), Interval.YEAR)], "proration_behavior": "none"}

    assert faults(params, SubscriptionUpdateParams) == []
    assert params["items"][0]["quantity"] == 3  # type: ignore[index]


def test_every_parameter_of_a_plan_is_one_of_the_library() -> None:
    """A moved renewal, an end, or both; without prorations nothing is charged or given back."""
    moved = plan_params(SubscriptionPlan(NOON, None))
    assert moved == {
        "proration_behavior": "none",
        "trial_end": int(NOON.timestamp()),
        "metadata": {"moved_to": str(int(NOON.timestamp()))},
    }
    both = plan_params(SubscriptionPlan(NOON, NOON))
    assert both["cancel_at"] == both["trial_end"]
    assert faults(both, SubscriptionUpdateParams) == []


def test_what_the_library_does_not_know_is_found() -> None:
    """A check that never fails would prove nothing."""
    wrong = {"mode": 1, "line_items": [{"price_data": {"unit_amount": 1}}], "payment_method_types": ["card"]}

    assert faults(wrong, SessionCreateParams) == [
        "$.mode: 1 is unknown",
        "$.line_items[0].price_data.currency: is missing",
        "$.payment_method_types: the library does not know it",
    ]


def test_a_split_gift_keeps_its_shares_when_the_amount_changes(setup: RecurringSetup) -> None:
    """Each campaign's line gets its part of the new amount, under the id that it had."""
    recurring = setup.begin_split()
    before = setup.subscription(recurring)
    parts = {"campaign_libraries": Money(1000, GBP), "campaign_buses": Money(500, GBP)}
    setup.gateway.change_amount(before, parts, Interval.MONTH, "act")

    after = {line["id"]: line["price"] for line in setup.subscription(recurring)["items"]["data"]}
    assert {line["id"] for line in before["items"]["data"]} == set(after)
    assert {price["product"]: price["unit_amount"] for price in after.values()} == {
        name: part.minor for name, part in parts.items()
    }
