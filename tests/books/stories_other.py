"""Stories of other currencies, and of money that is not ours."""

from collections.abc import Iterator

from sandbox.lifecycle.disputes import open_dispute
from tests.books.stage import SPLIT, Stage
from tests.books.story import scenario


@scenario("charge.succeeded", "checkout.session.completed", "refund.created", "charge.refunded")
def euros_are_held_beside_pounds(stage: Stage) -> Iterator[None]:
    """Two currencies, two balances; a refund of each stays in its own."""
    euros, pounds = stage.give(4000, ((2, 1),), "EUR"), stage.give(2500)
    more = stage.give(4000, ((2, 1),), "EUR")
    stage.wait(2)
    for payment in (euros, more):
        stage.model.settled(payment, 4000, fee=80, currency="EUR")
    stage.model.settled(pounds, 2500, fee=58)
    yield
    refund: str = stage.ask("POST", "/v1/refunds", charge=stage.charge_of(euros), amount=1999)["id"]
    stage.model.refunded(refund, euros, 1999)
    stage.model.settled(refund, -1999, currency="EUR")
    yield


@scenario("charge.succeeded", "refund.created", "charge.dispute.funds_withdrawn", "checkout.session.completed")
def dollars_and_yen_become_pounds(stage: Stage) -> Iterator[None]:
    """Settled in pounds at the day's rate: the way goes through fx, and the original amounts stay exact."""
    dollars, yen = stage.give(10_000, SPLIT, "USD"), stage.give(5000, ((1, 1),), "JPY")
    stage.wait(2)
    for payment, paid in ((dollars, (10_000, "USD")), (yen, (5000, "JPY"))):
        _exchanged(stage, payment, stage.charge_of(payment), paid)
    yield
    refund: str = stage.ask("POST", "/v1/refunds", charge=stage.charge_of(dollars), amount=3333)["id"]
    stage.model.refunded(refund, dollars, 3333)
    _exchanged(stage, refund, refund, (-3333, "USD"))
    yield
    dispute: str = stage.step(open_dispute, stage.stored(stage.charge_of(yen)))["id"]
    stage.model.withdrew(dispute, yen, 5000)
    _exchanged(stage, dispute, dispute, (-5000, "JPY"))
    yield


def _exchanged(stage: Stage, subject: str, source: str, paid: tuple[int, str]) -> None:
    """It settled; only the twin knows at which rate."""
    line = stage.ask("GET", "/v1/balance_transactions", source=source)["data"][0]
    assert (line["currency"], line["amount"] < 0) == ("gbp", paid[0] < 0)
    stage.model.exchanged(subject, paid, line["amount"], line["fee"])


@scenario("charge.succeeded", "refund.created", "charge.dispute.funds_withdrawn", "checkout.session.completed")
def money_that_is_not_ours(stage: Stage) -> Iterator[None]:
    """A shop on the same account sells, refunds and has a dispute: the balance stays true, no campaign is touched."""
    ours = stage.give(2500)
    charges = [_sold(stage, minor) for minor in (4000, 6000)]
    stage.wait(2)
    stage.model.settled(ours, 2500, fee=58)
    stage.model.foreign(4000, fee=80)
    stage.model.foreign(6000, fee=110)
    yield
    stage.ask("POST", "/v1/refunds", charge=charges[0], amount=1500)
    stage.model.foreign(-1500)
    stage.step(open_dispute, stage.stored(charges[1]))
    stage.model.foreign(-6000, fee=2000, dispute=True)
    yield


def _sold(stage: Stage, minor: int) -> str:
    """Somebody else's charge on our account."""
    price = {"currency": "gbp", "unit_amount": minor, "product_data": {"name": "A mug"}}
    session = stage.ask(
        "POST", "/v1/checkout/sessions", mode="payment", success_url="http://shop.invalid/thanks",
        line_items=[{"price_data": price, "quantity": 1}], metadata={"basket": "7"},
    )  # fmt: skip
    charge = stage.twin.pay(session["id"])
    stage.twin.settle()
    return str(charge["id"])
