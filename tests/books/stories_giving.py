"""Stories of gifts given once."""

from collections.abc import Iterator

from tests.books.simulation import CARD, DAY, HOUR, SPLIT, Simulation
from tests.books.story import scenario

BACS, BACS_EMPTY, BACS_TAKEN_BACK = "00012345", "22222227", "66666662"


@scenario()
def a_gift_by_card(simulation: Simulation) -> Iterator[None]:
    """£25, settled a second later for 58p."""
    payment = simulation.give(2500)
    yield
    simulation.wait(2)
    simulation.model.settled(payment, 2500, fee=58)
    yield


@scenario("checkout.session.completed", "charge.succeeded")
def two_gifts_of_three(simulation: Simulation) -> Iterator[None]:
    """Two donors pay, and one walks away until the session has expired."""
    first, second = simulation.give(2500), simulation.give(1999, SPLIT)
    simulation.pledge(700)
    yield
    simulation.wait(2)
    simulation.model.settled(first, 2500, fee=58)
    simulation.model.settled(second, 1999, fee=50)
    yield
    simulation.wait(2 * HOUR)
    yield


@scenario()
def a_debit_that_is_paid(simulation: Simulation) -> Iterator[None]:
    """Nothing is counted before the bank has confirmed it, four days later."""
    payment = simulation.pay(gift := simulation.pledge(2500), BACS)
    yield
    simulation.wait(2 * DAY)
    yield
    simulation.wait(3 * DAY)
    assert gift.amount.minor == 2500
    simulation.model.gave(payment, 2500, ((1, 1),))
    simulation.model.settled(payment, 2500, fee=25)
    yield


@scenario()
def a_debit_that_fails(simulation: Simulation) -> Iterator[None]:
    """The account was empty: nothing was ever counted."""
    simulation.pay(simulation.pledge(2500), BACS_EMPTY)
    yield
    simulation.wait(5 * DAY)
    yield


@scenario("charge.succeeded", "charge.failed", "checkout.session.async_payment_succeeded", "charge.updated")
def a_debit_that_is_taken_back(simulation: Simulation) -> Iterator[None]:
    """Confirmed on the fourth day, counted and settled; taken back on the sixth. The fee is gone."""
    other = simulation.give(5000)
    payment = simulation.pay(simulation.pledge(2000, SPLIT), BACS_TAKEN_BACK)
    simulation.wait(2)
    simulation.model.settled(other, 5000, fee=95)
    yield
    simulation.do("schedule", every="manual")
    simulation.wait(4 * DAY)
    simulation.model.gave(payment, 2000, SPLIT)
    simulation.model.settled(payment, 2000, fee=20)
    yield
    simulation.wait(2 * DAY)
    simulation.model.took_back(payment)
    simulation.model.settled(payment, -2000)
    yield


def _lost(simulation: Simulation) -> str:
    """£20 by a debit that is confirmed on the fourth day and taken back on the sixth; the payment."""
    simulation.do("schedule", every="manual")
    payment = simulation.pay(simulation.pledge(2000, SPLIT), BACS_TAKEN_BACK)
    simulation.wait(6 * DAY + 2)
    simulation.model.gave(payment, 2000, SPLIT)
    simulation.model.settled(payment, 2000, fee=20)
    simulation.model.took_back(payment)
    simulation.model.settled(payment, -2000)
    return payment


@scenario("charge.failed", "charge.succeeded", "checkout.session.async_payment_succeeded", "charge.updated")
def a_debit_that_is_collected_again(simulation: Simulation) -> Iterator[None]:
    """Under the same payment: a second charge of it, and the gift stands once."""
    payment = _lost(simulation)
    yield
    simulation.do("collect-again", charge=simulation.charge_of(payment), card=BACS)
    yield
    simulation.wait(4 * DAY + 2)
    simulation.model.gave(payment, 2000, SPLIT)
    simulation.model.settled(payment, 2000, fee=20)
    yield


@scenario("charge.failed", "charge.succeeded", "refund.created", "checkout.session.completed")
def a_debit_that_is_paid_by_card_in_the_end(simulation: Simulation) -> Iterator[None]:
    """The second charge is in the balance before its event comes; £5.01 of it go back."""
    payment = _lost(simulation)
    yield
    simulation.do("collect-again", charge=simulation.charge_of(payment), card=CARD)
    simulation.model.gave(payment, 2000, SPLIT)
    yield
    simulation.wait(2)
    simulation.model.settled(payment, 2000, fee=50)
    yield
    refund: str = simulation.ask("POST", "/v1/refunds", payment_intent=payment, amount=501)["id"]
    simulation.model.refunded(refund, payment, 501)
    simulation.model.settled(refund, -501)
    yield


@scenario("charge.failed", "charge.succeeded", "charge.updated", "checkout.session.completed")
def a_debit_that_is_lost_twice(simulation: Simulation) -> Iterator[None]:
    """Each charge is taken back by itself; Stripe keeps both fees."""
    payment = _lost(simulation)
    simulation.do("collect-again", charge=simulation.charge_of(payment), card=BACS_TAKEN_BACK)
    yield
    simulation.wait(6 * DAY + 2)
    simulation.model.gave(payment, 2000, SPLIT)
    simulation.model.settled(payment, 2000, fee=20)
    simulation.model.took_back(payment)
    simulation.model.settled(payment, -2000)
    yield
