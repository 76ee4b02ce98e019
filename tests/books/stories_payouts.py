"""Stories of money that goes to the bank, and of what may happen to it on the way."""

from collections.abc import Iterator

from sandbox.lifecycle.disputes import open_dispute
from sandbox.lifecycle.payouts import fail_payout
from sandbox.lifecycle.unrelated_money import add_unrelated_transaction
from tests.books.simulation import DAY, Simulation
from tests.books.story import scenario

AVAILABLE_AT_ONCE = "4000000000000077"


PAID_OUT = ("payout.paid", "payout.failed", "payout.created", "payout.updated")


def _paid_out(simulation: Simulation) -> str:
    """A gift that was available at once, and its payout, on its way."""
    payment = simulation.give(2500, card=AVAILABLE_AT_ONCE)
    simulation.wait(2)
    simulation.model.settled(payment, 2500, fee=58)
    simulation.do("payout")
    payout = _latest_payout(simulation)
    simulation.model.sent(payout, 2442)
    return payout


@scenario(*PAID_OUT)
def a_payout(simulation: Simulation) -> Iterator[None]:
    """From the balance on the way, and into the bank."""
    payout = _paid_out(simulation)
    yield
    simulation.wait(3 * DAY)
    simulation.model.arrives(payout)
    yield


@scenario(*PAID_OUT)
def a_payout_that_never_arrives(simulation: Simulation) -> Iterator[None]:
    """The bank refuses it; it is in the balance again."""
    payout = _paid_out(simulation)
    yield
    simulation.wait(DAY)
    simulation.step(fail_payout, simulation.stored(payout))
    simulation.model.came_back(payout)
    yield


@scenario(*PAID_OUT)
def a_payout_that_comes_back_from_the_bank(simulation: Simulation) -> Iterator[None]:
    """Called paid, and failed a day later."""
    payout = _paid_out(simulation)
    yield
    simulation.wait(3 * DAY)
    simulation.model.arrives(payout)
    yield
    simulation.step(fail_payout, simulation.stored(payout))
    simulation.model.came_back(payout)
    yield


@scenario("payout.created", "payout.canceled", "charge.succeeded", "checkout.session.completed")
def a_payout_that_is_called_off(simulation: Simulation) -> Iterator[None]:
    """By hand, and cancelled while it was pending."""
    payment = simulation.give(2500, card=AVAILABLE_AT_ONCE)
    simulation.wait(2)
    simulation.model.settled(payment, 2500, fee=58)
    simulation.do("schedule", every="manual")
    payout = simulation.ask("POST", "/v1/payouts", amount=2000, currency="gbp")["id"]
    simulation.model.sent(payout, 2000)
    yield
    simulation.ask("POST", f"/v1/payouts/{payout}/cancel")
    simulation.model.came_back(payout)
    yield


@scenario("payout.paid", "payout.created", "charge.dispute.funds_withdrawn", "charge.succeeded")
def a_payout_that_is_negative(simulation: Simulation) -> Iterator[None]:
    """All was paid out, then a dispute came: Stripe fetches what is missing from the bank."""
    payment = simulation.give(2500, card=AVAILABLE_AT_ONCE)
    simulation.wait(2)
    simulation.model.settled(payment, 2500, fee=58)
    simulation.do("payout")
    simulation.model.sent(_latest_payout(simulation), 2442)
    dispute = simulation.step(open_dispute, simulation.stored(simulation.charge_of(payment)))["id"]
    simulation.model.withdrew(dispute, payment, 2500)
    simulation.model.settled(dispute, -2500, fee=2000)
    yield
    simulation.do("payout")
    missing = _latest_payout(simulation)
    simulation.model.sent(missing, -4500)
    yield
    simulation.wait(3 * DAY)
    for payout in simulation.model.payouts:
        simulation.model.arrives(payout)
    yield


@scenario("payout.created", "charge.succeeded", "checkout.session.completed", "charge.updated")
def what_stripe_does_by_itself(simulation: Simulation) -> Iterator[None]:
    """Its own fees, a reserve and its release, a top-up, and a word that nobody knows."""
    payment = simulation.give(2500)
    simulation.wait(2)
    simulation.model.settled(payment, 2500, fee=58)
    yield
    for category, reason, minor in (
        ("fee", "fees", -350), ("tax", "fees", -70), ("risk_reserved_funds", "adjustments", -1000),
        ("risk_reserved_funds", "adjustments", 1000), ("topup", "bank", 5000), ("transfer", "other", -300),
        ("a_new_category", "suspense", -7),
    ):  # fmt: skip
        simulation.step(add_unrelated_transaction, category, minor)
        simulation.model.moved(reason, minor)
    yield


def _latest_payout(simulation: Simulation) -> str:
    return str(simulation.ask("GET", "/v1/payouts")["data"][0]["id"])
