"""Stories of recurring gifts."""

from collections.abc import Iterator
from typing import Any

from tests.books.stage import DAY, Stage
from tests.books.story import card_fee, scenario

RENEWALS_FAIL = "4000000000000341"


def _first_instalment(stage: Stage, minor: int = 1000, card: str | None = None, **more: Any) -> Any:
    standing = stage.pledge_standing(minor, **more)
    payment = stage.start(standing, **({"card": card} if card else {}))
    shares = tuple((share.campaign, share.weight) for share in standing.shares)
    stage.model.gave(payment, minor, shares)
    stage.wait(2)
    stage.model.settled(payment, minor, fee=card_fee(minor))
    return standing


def _renewal(stage: Stage, standing: Any, minor: int) -> str:
    """The latest invoice was paid, and has settled."""
    payment = stage.instalment_of(standing)
    stage.model.gave(payment, minor, tuple((share.campaign, share.weight) for share in standing.shares))
    stage.model.settled(payment, minor, fee=card_fee(minor))
    return payment


JOINED = ("charge.succeeded", "invoice.paid", "invoice_payment.paid", "checkout.session.completed")


@scenario(*JOINED)
def a_first_instalment(stage: Stage) -> Iterator[None]:
    """The first invoice takes the pending gift, however its four messages come."""
    _first_instalment(stage)
    yield


@scenario("invoice_payment.paid", "charge.succeeded", "invoice.paid")
def a_renewal(stage: Stage) -> Iterator[None]:
    """A month later an instalment of its own."""
    standing = _first_instalment(stage, 1001, shares=((1, 1), (2, 2)))
    yield
    stage.wait(32 * DAY)
    _payouts_went(stage)
    _renewal(stage, standing, 1001)
    yield


def _payouts_went(stage: Stage) -> None:
    """Every payout that the twin made meanwhile was sent, and those that the bank has by now arrived."""
    known = stage.model.payouts
    for payout in reversed(stage.ask("GET", "/v1/payouts", limit=100)["data"]):
        if payout["id"] not in known:
            stage.model.sent(payout["id"], payout["amount"], payout["currency"].upper())
        if payout["status"] == "paid" and payout["id"] not in stage.model.arrived:
            stage.model.arrives(payout["id"])


@scenario("invoice.payment_failed", "charge.succeeded", "invoice.paid", "invoice_payment.paid")
def a_renewal_that_fails_and_recovers(stage: Stage) -> Iterator[None]:
    """Declined, tried again three days later, paid."""
    standing = _first_instalment(stage)
    stage.do("fail-renewal", subscription=stage.subscription_of(standing))
    yield
    stage.wait(31 * DAY)
    _payouts_went(stage)
    yield
    stage.wait(4 * DAY)
    _renewal(stage, standing, 1000)
    yield


@scenario("invoice.payment_failed", "customer.subscription.deleted")
def renewals_that_never_recover(stage: Stage) -> Iterator[None]:
    """Four declines, and the recurring gift has ended; the first instalment stays."""
    _first_instalment(stage, card=RENEWALS_FAIL)
    yield
    stage.wait(50 * DAY)
    _payouts_went(stage)
    yield


@scenario("invoice_payment.paid", "charge.succeeded", "invoice.paid", "customer.subscription.updated")
def an_amount_that_changed(stage: Stage) -> Iterator[None]:
    """£10 a month became £15: the same subscription, the next instalment is larger."""
    standing = _first_instalment(stage, 1000, shares=((1, 2), (2, 1)))
    yield
    subscription = stage.subscription_of(standing)
    seen = stage.ask("GET", f"/v1/subscriptions/{subscription}")
    asked = [
        {"id": part["id"], "price_data": {"currency": "gbp", "product": part["price"]["product"],
         "recurring": {"interval": "month"}, "unit_amount": new}}
        for part, new in zip(seen["items"]["data"], (1000, 500), strict=True)
    ]  # fmt: skip
    stage.ask("POST", f"/v1/subscriptions/{subscription}", items=asked, proration_behavior="none")
    yield
    stage.wait(32 * DAY)
    _payouts_went(stage)
    _renewal(stage, standing, 1500)
    yield


@scenario("customer.subscription.deleted", "charge.succeeded", "invoice.paid", "invoice_payment.paid")
def a_recurring_gift_that_is_cancelled(stage: Stage) -> Iterator[None]:
    """One instalment, then the end; no more comes."""
    standing = _first_instalment(stage)
    yield
    stage.ask("DELETE", f"/v1/subscriptions/{stage.subscription_of(standing)}")
    yield
    stage.wait(40 * DAY)
    _payouts_went(stage)
    yield
