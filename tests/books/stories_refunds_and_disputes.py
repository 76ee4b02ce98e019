"""Stories of money that goes back: refunds and disputes."""

from collections.abc import Iterator

from sandbox.lifecycle.disputes import open_dispute
from tests.books.simulation import DAY, HOUR, SPLIT, Simulation
from tests.books.story import card_fee, scenario

REFUND_FAILS = "4000000000005126"


@scenario("refund.created", "charge.succeeded", "charge.refunded", "refund.updated")
def a_split_gift_is_refunded_in_two_parts(simulation: Simulation) -> Iterator[None]:
    """£20.02 over three campaigns; 77p go back, then all the rest."""
    payment, other = simulation.give(2002, SPLIT), simulation.give(5000)
    simulation.wait(2)
    simulation.model.settled(payment, 2002, fee=50)
    simulation.model.settled(other, 5000, fee=95)
    yield
    _refund(simulation, payment, 77)
    yield
    _refund(simulation, payment, 2002 - 77)
    yield
    simulation.wait(HOUR * 30)
    yield


def _refund(simulation: Simulation, payment: str, minor: int, *, leaves: bool = True) -> str:
    refund: str = simulation.ask("POST", "/v1/refunds", charge=simulation.charge_of(payment), amount=minor)["id"]
    simulation.model.refunded(refund, payment, minor)
    if leaves:
        simulation.model.settled(refund, -minor)
    return refund


@scenario("refund.failed", "refund.created", "charge.succeeded", "refund.updated")
def a_refund_that_fails_after_it_settled(simulation: Simulation) -> Iterator[None]:
    """The donor's bank sends it back two days later."""
    payment, other = simulation.give(2500, SPLIT, card=REFUND_FAILS), simulation.give(3000)
    simulation.wait(2)
    simulation.model.settled(payment, 2500, fee=58)
    simulation.model.settled(other, 3000, fee=65)
    yield
    refund = _refund(simulation, payment, 1000)
    yield
    simulation.wait(2 * DAY + HOUR)
    simulation.model.undid(refund)
    simulation.model.settled(refund, 1000)
    yield


@scenario("refund.created", "refund.updated", "charge.succeeded", "charge.refunded")
def a_refund_that_is_called_off(simulation: Simulation) -> Iterator[None]:
    """There was not enough in the balance, and it was cancelled before there was."""
    payment = simulation.give(2500, SPLIT)
    simulation.wait(2)
    simulation.model.settled(payment, 2500, fee=58)
    yield
    refund = _refund(simulation, payment, 2500, leaves=False)
    yield
    simulation.ask("POST", f"/v1/refunds/{refund}/cancel")
    simulation.model.undid(refund)
    yield


@scenario("refund.created", "refund.updated", "charge.succeeded", "charge.refunded")
def a_refund_that_waits_for_money(simulation: Simulation) -> Iterator[None]:
    """Agreed today; it leaves when another gift has come in."""
    payment = simulation.give(2500)
    simulation.wait(2)
    simulation.model.settled(payment, 2500, fee=58)
    refund = _refund(simulation, payment, 2500, leaves=False)
    yield
    other = simulation.give(2500)
    simulation.wait(DAY + HOUR)
    simulation.model.settled(other, 2500, fee=58)
    simulation.model.settled(refund, -2500)
    yield


DISPUTED = ("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed", "charge.succeeded")


def _disputed(simulation: Simulation, minor: int = 2000) -> tuple[str, str]:
    """A gift that is split, and disputed soon after; dispute and payment."""
    payment = simulation.give(minor, SPLIT)
    simulation.wait(2)
    simulation.model.settled(payment, minor, fee=card_fee(minor))
    dispute = simulation.step(open_dispute, simulation.stored(simulation.charge_of(payment)))["id"]
    simulation.model.withdrew(dispute, payment, minor)
    simulation.model.settled(dispute, -minor, fee=2000)
    return str(dispute), payment


def _verdict(simulation: Simulation, dispute: str, *verdicts: str) -> None:
    for verdict in verdicts:
        simulation.do("dispute", dispute=dispute, verdict=verdict)


def _won(simulation: Simulation, dispute: str, minor: int) -> None:
    """The money and the fee come back."""
    simulation.model.reinstated(dispute, minor)
    simulation.model.settled(dispute, minor, fee=-2000)


@scenario(*DISPUTED)
def a_dispute_that_is_lost(simulation: Simulation) -> Iterator[None]:
    """£20 and £20 of a fee are gone."""
    dispute, _ = _disputed(simulation)
    yield
    _verdict(simulation, dispute, "answered", "lost")
    yield


@scenario("charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
          "charge.succeeded")  # fmt: skip
def a_dispute_that_is_won(simulation: Simulation) -> Iterator[None]:
    """All of it comes back."""
    dispute, _ = _disputed(simulation)
    yield
    _verdict(simulation, dispute, "answered", "won")
    _won(simulation, dispute, 2000)
    yield


@scenario("charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
          "charge.dispute.updated")  # fmt: skip
def a_lost_dispute_that_is_appealed_and_won(simulation: Simulation) -> Iterator[None]:
    """Lost is not the end of it."""
    dispute, _ = _disputed(simulation, 2001)
    yield
    _verdict(simulation, dispute, "answered", "lost")
    yield
    _verdict(simulation, dispute, "appealed", "answered", "won")
    _won(simulation, dispute, 2001)
    yield


@scenario(*DISPUTED)
def a_question_that_comes_to_nothing(simulation: Simulation) -> Iterator[None]:
    """The bank asks; no money ever moves."""
    payment = simulation.give(2500)
    simulation.wait(2)
    simulation.model.settled(payment, 2500, fee=58)
    dispute = simulation.step(open_dispute, simulation.stored(simulation.charge_of(payment)), inquiry=True)["id"]
    yield
    _verdict(simulation, dispute, "closed")
    yield


@scenario("charge.dispute.created", "charge.dispute.closed", "refund.created", "charge.succeeded")
def a_dispute_that_is_prevented(simulation: Simulation) -> Iterator[None]:
    """The gift is refunded because the bank asked."""
    payment, other = simulation.give(2500, SPLIT), simulation.give(2500)
    simulation.wait(2)
    for paid in (payment, other):
        simulation.model.settled(paid, 2500, fee=58)
    dispute = simulation.step(open_dispute, simulation.stored(simulation.charge_of(payment)), inquiry=True)["id"]
    yield
    _verdict(simulation, dispute, "prevented")
    refund = simulation.ask("GET", "/v1/refunds", payment_intent=payment)["data"][0]["id"]
    simulation.model.refunded(refund, payment, 2500)
    simulation.model.settled(refund, -2500)
    yield


@scenario("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated", "refund.created")
def part_is_refunded_and_the_rest_disputed(simulation: Simulation) -> Iterator[None]:
    """Two ways back for one gift, each split by itself."""
    payment, other = simulation.give(2003, SPLIT), simulation.give(2500)
    simulation.wait(2)
    simulation.model.settled(payment, 2003, fee=50)
    simulation.model.settled(other, 2500, fee=58)
    _refund(simulation, payment, 500)
    yield
    dispute = simulation.step(open_dispute, simulation.stored(simulation.charge_of(payment)), inquiry=True)["id"]
    _verdict(simulation, dispute, "escalated")
    simulation.model.withdrew(dispute, payment, 1503)
    simulation.model.settled(dispute, -1503, fee=2000)
    yield


@scenario("charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
          "charge.succeeded")  # fmt: skip
def a_dispute_that_is_won_in_part(simulation: Simulation) -> Iterator[None]:
    """Half of the money comes back, and the fee does not."""
    dispute, _ = _disputed(simulation, 2001)
    yield
    _verdict(simulation, dispute, "answered", "won in part")
    simulation.model.reinstated(dispute, 1000)
    simulation.model.settled(dispute, 1000)
    yield
