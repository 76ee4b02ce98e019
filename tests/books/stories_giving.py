"""Stories of gifts given once."""

from collections.abc import Iterator

from tests.books.stage import CARD, DAY, HOUR, SPLIT, Stage
from tests.books.story import scenario

BACS, BACS_EMPTY, BACS_TAKEN_BACK = "00012345", "22222227", "66666662"


@scenario()
def a_gift_by_card(stage: Stage) -> Iterator[None]:
    """£25, settled a second later for 58p."""
    payment = stage.give(2500)
    yield
    stage.wait(2)
    stage.model.settled(payment, 2500, fee=58)
    yield


@scenario("checkout.session.completed", "charge.succeeded")
def two_gifts_of_three(stage: Stage) -> Iterator[None]:
    """Two donors pay, and one walks away until the session has expired."""
    first, second = stage.give(2500), stage.give(1999, SPLIT)
    stage.pledge(700)
    yield
    stage.wait(2)
    stage.model.settled(first, 2500, fee=58)
    stage.model.settled(second, 1999, fee=50)
    yield
    stage.wait(2 * HOUR)
    yield


@scenario()
def a_debit_that_is_paid(stage: Stage) -> Iterator[None]:
    """Nothing is counted before the bank has confirmed it, four days later."""
    payment = stage.pay(gift := stage.pledge(2500), BACS)
    yield
    stage.wait(2 * DAY)
    yield
    stage.wait(3 * DAY)
    assert gift.amount.minor == 2500
    stage.model.gave(payment, 2500, ((1, 1),))
    stage.model.settled(payment, 2500, fee=25)
    yield


@scenario()
def a_debit_that_fails(stage: Stage) -> Iterator[None]:
    """The account was empty: nothing was ever counted."""
    stage.pay(stage.pledge(2500), BACS_EMPTY)
    yield
    stage.wait(5 * DAY)
    yield


@scenario("charge.succeeded", "charge.failed", "checkout.session.async_payment_succeeded", "charge.updated")
def a_debit_that_is_taken_back(stage: Stage) -> Iterator[None]:
    """Confirmed on the fourth day, counted and settled; taken back on the sixth. The fee is gone."""
    other = stage.give(5000)
    payment = stage.pay(stage.pledge(2000, SPLIT), BACS_TAKEN_BACK)
    stage.wait(2)
    stage.model.settled(other, 5000, fee=95)
    yield
    stage.do("schedule", every="manual")
    stage.wait(4 * DAY)
    stage.model.gave(payment, 2000, SPLIT)
    stage.model.settled(payment, 2000, fee=20)
    yield
    stage.wait(2 * DAY)
    stage.model.took_back(payment)
    stage.model.settled(payment, -2000)
    yield


def _lost(stage: Stage) -> str:
    """£20 by a debit that is confirmed on the fourth day and taken back on the sixth; the payment."""
    stage.do("schedule", every="manual")
    payment = stage.pay(stage.pledge(2000, SPLIT), BACS_TAKEN_BACK)
    stage.wait(6 * DAY + 2)
    stage.model.gave(payment, 2000, SPLIT)
    stage.model.settled(payment, 2000, fee=20)
    stage.model.took_back(payment)
    stage.model.settled(payment, -2000)
    return payment


@scenario("charge.failed", "charge.succeeded", "checkout.session.async_payment_succeeded", "charge.updated")
def a_debit_that_is_collected_again(stage: Stage) -> Iterator[None]:
    """Under the same payment: a second charge of it, and the gift stands once."""
    payment = _lost(stage)
    yield
    stage.do("collect-again", charge=stage.charge_of(payment), card=BACS)
    yield
    stage.wait(4 * DAY + 2)
    stage.model.gave(payment, 2000, SPLIT)
    stage.model.settled(payment, 2000, fee=20)
    yield


@scenario("charge.failed", "charge.succeeded", "refund.created", "checkout.session.completed")
def a_debit_that_is_paid_by_card_in_the_end(stage: Stage) -> Iterator[None]:
    """The second charge shows in the balance before it is told; £5.01 of it go back."""
    payment = _lost(stage)
    yield
    stage.do("collect-again", charge=stage.charge_of(payment), card=CARD)
    stage.model.gave(payment, 2000, SPLIT)
    yield
    stage.wait(2)
    stage.model.settled(payment, 2000, fee=50)
    yield
    refund: str = stage.ask("POST", "/v1/refunds", payment_intent=payment, amount=501)["id"]
    stage.model.refunded(refund, payment, 501)
    stage.model.settled(refund, -501)
    yield


@scenario("charge.failed", "charge.succeeded", "charge.updated", "checkout.session.completed")
def a_debit_that_is_lost_twice(stage: Stage) -> Iterator[None]:
    """Each charge is taken back by itself; Stripe keeps both fees."""
    payment = _lost(stage)
    stage.do("collect-again", charge=stage.charge_of(payment), card=BACS_TAKEN_BACK)
    yield
    stage.wait(6 * DAY + 2)
    stage.model.gave(payment, 2000, SPLIT)
    stage.model.settled(payment, 2000, fee=20)
    stage.model.took_back(payment)
    stage.model.settled(payment, -2000)
    yield
