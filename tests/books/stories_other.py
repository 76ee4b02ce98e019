"""Stories of other currencies, and of money that is not ours."""

from collections.abc import Iterator

from sandbox.lifecycle.disputes import open_dispute
from tests.books.simulation import SPLIT, Simulation
from tests.books.story import scenario


@scenario("charge.succeeded", "checkout.session.completed", "refund.created", "charge.refunded")
def euros_are_held_beside_pounds(simulation: Simulation) -> Iterator[None]:
    """Two currencies, two balances; a refund of each stays in its own."""
    euros, pounds = simulation.give(4000, ((2, 1),), "EUR"), simulation.give(2500)
    more = simulation.give(4000, ((2, 1),), "EUR")
    simulation.wait(2)
    for payment in (euros, more):
        simulation.model.settled(payment, 4000, fee=80, currency="EUR")
    simulation.model.settled(pounds, 2500, fee=58)
    yield
    refund: str = simulation.ask("POST", "/v1/refunds", charge=simulation.charge_of(euros), amount=1999)["id"]
    simulation.model.refunded(refund, euros, 1999)
    simulation.model.settled(refund, -1999, currency="EUR")
    yield


@scenario("charge.succeeded", "refund.created", "charge.dispute.funds_withdrawn", "checkout.session.completed")
def dollars_and_yen_become_pounds(simulation: Simulation) -> Iterator[None]:
    """Settled in pounds at the day's rate: the way goes through fx, and the original amounts stay exact."""
    dollars, yen = simulation.give(10_000, SPLIT, "USD"), simulation.give(5000, ((1, 1),), "JPY")
    simulation.wait(2)
    for payment, paid in ((dollars, (10_000, "USD")), (yen, (5000, "JPY"))):
        _exchanged(simulation, payment, simulation.charge_of(payment), paid)
    yield
    refund: str = simulation.ask("POST", "/v1/refunds", charge=simulation.charge_of(dollars), amount=3333)["id"]
    simulation.model.refunded(refund, dollars, 3333)
    _exchanged(simulation, refund, refund, (-3333, "USD"))
    yield
    dispute: str = simulation.step(open_dispute, simulation.stored(simulation.charge_of(yen)))["id"]
    simulation.model.withdrew(dispute, yen, 5000)
    _exchanged(simulation, dispute, dispute, (-5000, "JPY"))
    yield


MOVED = ("charge.dispute.updated", "charge.dispute.funds_withdrawn", "charge.dispute.closed", "charge.succeeded")


@scenario(*MOVED)
def a_lost_dispute_of_which_more_is_taken(simulation: Simulation) -> Iterator[None]:
    """$50 are lost, and 12p more: a worse exchange, which is fx's."""
    yield from _lost_and_corrected(simulation, -12)


@scenario(*MOVED)
def a_lost_dispute_of_which_pence_come_back(simulation: Simulation) -> Iterator[None]:
    """$50 are lost, and 50p return: a better exchange, and no gift."""
    yield from _lost_and_corrected(simulation, 50)


def _lost_and_corrected(simulation: Simulation, pence: int) -> Iterator[None]:
    dispute = _disputed_abroad(simulation, 5000, "USD")
    yield
    simulation.do("dispute", dispute=dispute, verdict="corrected", amount=str(pence))
    simulation.model.exchanged(dispute, (0, "USD"), pence, 0)
    yield
    simulation.do("dispute", dispute=dispute, verdict="lost")
    assert (simulation.model.raised(), simulation.model.balances["fx", "USD", 0]) == ({}, 0)
    yield


@scenario("charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
          "charge.succeeded")  # fmt: skip
def disputes_abroad_that_are_won_in_part(simulation: Simulation) -> Iterator[None]:
    """Half of $100, of CHF 100 and of ¥10,000 come back: that much stays raised, and in fx."""
    disputes = [(_disputed_abroad(simulation, 10_000, code), code) for code in ("USD", "CHF", "JPY")]
    yield
    for dispute, code in disputes:
        simulation.do("dispute", dispute=dispute, verdict="won in part")
        simulation.model.reinstated(dispute, 5000)
        _exchanged(simulation, dispute, dispute, (5000, code))
    yield
    assert simulation.model.raised() == {(1, code): 5000 for _, code in disputes}


def _disputed_abroad(simulation: Simulation, minor: int, code: str) -> str:
    """A gift in another currency that settles and is disputed: the dispute."""
    payment = simulation.give(minor, ((1, 1),), code)
    simulation.wait(2)
    _exchanged(simulation, payment, simulation.charge_of(payment), (minor, code))
    dispute: str = simulation.step(open_dispute, simulation.stored(simulation.charge_of(payment)))["id"]
    simulation.model.withdrew(dispute, payment, minor)
    _exchanged(simulation, dispute, dispute, (-minor, code))
    return dispute


def _exchanged(simulation: Simulation, subject: str, source: str, paid: tuple[int, str]) -> None:
    """It settled; only the twin knows at which rate."""
    line = simulation.ask("GET", "/v1/balance_transactions", source=source)["data"][0]
    assert (line["currency"], line["amount"] < 0) == ("gbp", paid[0] < 0)
    simulation.model.exchanged(subject, paid, line["amount"], line["fee"])


@scenario("charge.succeeded", "refund.created", "charge.dispute.funds_withdrawn", "checkout.session.completed")
def money_that_is_not_ours(simulation: Simulation) -> Iterator[None]:
    """A shop on the same account sells, refunds and has a dispute: the balance stays true, no campaign is touched."""
    ours = simulation.give(2500)
    charges = [_sold(simulation, minor) for minor in (4000, 6000)]
    simulation.wait(2)
    simulation.model.settled(ours, 2500, fee=58)
    simulation.model.foreign(4000, fee=80)
    simulation.model.foreign(6000, fee=110)
    yield
    simulation.ask("POST", "/v1/refunds", charge=charges[0], amount=1500)
    simulation.model.foreign(-1500)
    simulation.step(open_dispute, simulation.stored(charges[1]))
    simulation.model.foreign(-6000, fee=2000, dispute=True)
    yield


def _sold(simulation: Simulation, minor: int) -> str:
    """An unrelated charge on our account."""
    price = {"currency": "gbp", "unit_amount": minor, "product_data": {"name": "A mug"}}
    session = simulation.ask(
        "POST", "/v1/checkout/sessions", mode="payment", success_url="http://shop.invalid/thanks",
        line_items=[{"price_data": price, "quantity": 1}], metadata={"basket": "7"},
    )  # fmt: skip
    charge = simulation.twin.pay(session["id"])
    simulation.twin.settle()
    return str(charge["id"])
