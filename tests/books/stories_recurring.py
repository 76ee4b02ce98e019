"""Stories of recurring gifts."""

from collections.abc import Iterator
from typing import Any

from tests.books.simulation import DAY, Simulation
from tests.books.story import card_fee, scenario

RENEWALS_FAIL = "4000000000000341"


def _first_instalment(simulation: Simulation, minor: int = 1000, card: str | None = None, **more: Any) -> Any:
    recurring = simulation.pledge_recurring(minor, **more)
    payment = simulation.start(recurring, **({"card": card} if card else {}))
    shares = tuple((share.campaign, share.weight) for share in recurring.shares)
    simulation.model.gave(payment, minor, shares)
    simulation.wait(2)
    simulation.model.settled(payment, minor, fee=card_fee(minor))
    return recurring


def _renewal(simulation: Simulation, recurring: Any, minor: int) -> str:
    """The latest invoice was paid, and has settled."""
    payment = simulation.instalment_of(recurring)
    simulation.model.gave(payment, minor, tuple((share.campaign, share.weight) for share in recurring.shares))
    simulation.model.settled(payment, minor, fee=card_fee(minor))
    return payment


JOINED = ("charge.succeeded", "invoice.paid", "invoice_payment.paid", "checkout.session.completed")


@scenario(*JOINED)
def a_first_instalment(simulation: Simulation) -> Iterator[None]:
    """The first invoice takes the pending gift, however its four messages come."""
    _first_instalment(simulation)
    yield


@scenario("invoice_payment.paid", "charge.succeeded", "invoice.paid")
def a_renewal(simulation: Simulation) -> Iterator[None]:
    """A month later an instalment of its own."""
    recurring = _first_instalment(simulation, 1001, shares=((1, 1), (2, 2)))
    yield
    simulation.wait(32 * DAY)
    _payouts_went(simulation)
    _renewal(simulation, recurring, 1001)
    yield


def _payouts_went(simulation: Simulation) -> None:
    """Every payout that the twin made meanwhile was sent, and those that the bank has by now arrived."""
    known = simulation.model.payouts
    for payout in reversed(simulation.ask("GET", "/v1/payouts", limit=100)["data"]):
        if payout["id"] not in known:
            simulation.model.sent(payout["id"], payout["amount"], payout["currency"].upper())
        if payout["status"] == "paid" and payout["id"] not in simulation.model.arrived:
            simulation.model.arrives(payout["id"])


@scenario("invoice.payment_failed", "charge.succeeded", "invoice.paid", "invoice_payment.paid")
def a_renewal_that_fails_and_recovers(simulation: Simulation) -> Iterator[None]:
    """Declined, tried again three days later, paid."""
    recurring = _first_instalment(simulation)
    simulation.do("fail-renewal", subscription=simulation.subscription_of(recurring))
    yield
    simulation.wait(31 * DAY)
    _payouts_went(simulation)
    yield
    simulation.wait(4 * DAY)
    _renewal(simulation, recurring, 1000)
    yield


@scenario("invoice.payment_failed", "customer.subscription.deleted")
def renewals_that_never_recover(simulation: Simulation) -> Iterator[None]:
    """Four declines, and the recurring gift has ended; the first instalment stays."""
    _first_instalment(simulation, card=RENEWALS_FAIL)
    yield
    simulation.wait(50 * DAY)
    _payouts_went(simulation)
    yield


@scenario("invoice_payment.paid", "charge.succeeded", "invoice.paid", "customer.subscription.updated")
def an_amount_that_changed(simulation: Simulation) -> Iterator[None]:
    """£10 a month became £15: the same subscription, the next instalment is larger."""
    recurring = _first_instalment(simulation, 1000, shares=((1, 2), (2, 1)))
    yield
    subscription = simulation.subscription_of(recurring)
    before = simulation.ask("GET", f"/v1/subscriptions/{subscription}")
    items = [
        {"id": part["id"], "price_data": {"currency": "gbp", "product": part["price"]["product"],
         "recurring": {"interval": "month"}, "unit_amount": new}}
        for part, new in zip(before["items"]["data"], (1000, 500), strict=True)
    ]  # fmt: skip
    simulation.ask("POST", f"/v1/subscriptions/{subscription}", items=items, proration_behavior="none")
    yield
    simulation.wait(32 * DAY)
    _payouts_went(simulation)
    _renewal(simulation, recurring, 1500)
    yield


@scenario("customer.subscription.deleted", "charge.succeeded", "invoice.paid", "invoice_payment.paid")
def a_recurring_gift_that_is_cancelled(simulation: Simulation) -> Iterator[None]:
    """One instalment, then the end; no more comes."""
    recurring = _first_instalment(simulation)
    yield
    simulation.ask("DELETE", f"/v1/subscriptions/{simulation.subscription_of(recurring)}")
    yield
    simulation.wait(40 * DAY)
    _payouts_went(simulation)
    yield
