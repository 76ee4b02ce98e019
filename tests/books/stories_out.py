"""Stories of money that goes to the bank, and of what may happen to it on the way."""

from collections.abc import Iterator

from sandbox.lifecycle.disputes import open_dispute
from sandbox.lifecycle.payouts import fail_payout
from sandbox.lifecycle.unrelated_money import add_unrelated_transaction
from tests.books.stage import DAY, Stage
from tests.books.story import scenario

AVAILABLE_AT_ONCE = "4000000000000077"


PAID_OUT = ("payout.paid", "payout.failed", "payout.created", "payout.updated")


def _paid_out(stage: Stage) -> str:
    """A gift that was available at once, and its payout, on its way."""
    payment = stage.give(2500, card=AVAILABLE_AT_ONCE)
    stage.wait(2)
    stage.model.settled(payment, 2500, fee=58)
    stage.do("payout")
    payout = _latest_payout(stage)
    stage.model.sent(payout, 2442)
    return payout


@scenario(*PAID_OUT)
def a_payout(stage: Stage) -> Iterator[None]:
    """From the balance on the way, and into the bank."""
    payout = _paid_out(stage)
    yield
    stage.wait(3 * DAY)
    stage.model.arrives(payout)
    yield


@scenario(*PAID_OUT)
def a_payout_that_never_arrives(stage: Stage) -> Iterator[None]:
    """The bank refuses it; it is in the balance again."""
    payout = _paid_out(stage)
    yield
    stage.wait(DAY)
    stage.step(fail_payout, stage.stored(payout))
    stage.model.came_back(payout)
    yield


@scenario(*PAID_OUT)
def a_payout_that_comes_back_from_the_bank(stage: Stage) -> Iterator[None]:
    """Called paid, and failed a day later."""
    payout = _paid_out(stage)
    yield
    stage.wait(3 * DAY)
    stage.model.arrives(payout)
    yield
    stage.step(fail_payout, stage.stored(payout))
    stage.model.came_back(payout)
    yield


@scenario("payout.created", "payout.canceled", "charge.succeeded", "checkout.session.completed")
def a_payout_that_is_called_off(stage: Stage) -> Iterator[None]:
    """By hand, and cancelled while it was pending."""
    payment = stage.give(2500, card=AVAILABLE_AT_ONCE)
    stage.wait(2)
    stage.model.settled(payment, 2500, fee=58)
    stage.do("schedule", every="manual")
    payout = stage.ask("POST", "/v1/payouts", amount=2000, currency="gbp")["id"]
    stage.model.sent(payout, 2000)
    yield
    stage.ask("POST", f"/v1/payouts/{payout}/cancel")
    stage.model.came_back(payout)
    yield


@scenario("payout.paid", "payout.created", "charge.dispute.funds_withdrawn", "charge.succeeded")
def a_payout_that_is_negative(stage: Stage) -> Iterator[None]:
    """All was paid out, then a dispute came: Stripe fetches what is missing from the bank."""
    payment = stage.give(2500, card=AVAILABLE_AT_ONCE)
    stage.wait(2)
    stage.model.settled(payment, 2500, fee=58)
    stage.do("payout")
    stage.model.sent(_latest_payout(stage), 2442)
    dispute = stage.step(open_dispute, stage.stored(stage.charge_of(payment)))["id"]
    stage.model.withdrew(dispute, payment, 2500)
    stage.model.settled(dispute, -2500, fee=2000)
    yield
    stage.do("payout")
    missing = _latest_payout(stage)
    stage.model.sent(missing, -4500)
    yield
    stage.wait(3 * DAY)
    for payout in stage.model.payouts:
        stage.model.arrives(payout)
    yield


@scenario("payout.created", "charge.succeeded", "checkout.session.completed", "charge.updated")
def what_stripe_does_by_itself(stage: Stage) -> Iterator[None]:
    """Its own fees, a reserve and its release, a top-up, and a word that nobody knows."""
    payment = stage.give(2500)
    stage.wait(2)
    stage.model.settled(payment, 2500, fee=58)
    yield
    for category, reason, minor in (
        ("fee", "fees", -350), ("tax", "fees", -70), ("risk_reserved_funds", "adjustments", -1000),
        ("risk_reserved_funds", "adjustments", 1000), ("topup", "bank", 5000), ("transfer", "other", -300),
        ("a_new_category", "suspense", -7),
    ):  # fmt: skip
        stage.step(add_unrelated_transaction, category, minor)
        stage.model.moved(reason, minor)
    yield


def _latest_payout(stage: Stage) -> str:
    return str(stage.ask("GET", "/v1/payouts")["data"][0]["id"])
