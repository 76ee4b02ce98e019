"""Stories of money that goes back: refunds and disputes."""

from collections.abc import Iterator

from sandbox.lifecycle.disputes import open_dispute
from tests.books.stage import DAY, HOUR, SPLIT, Stage
from tests.books.story import card_fee, scenario

REFUND_FAILS = "4000000000005126"


@scenario("refund.created", "charge.succeeded", "charge.refunded", "refund.updated")
def a_split_gift_is_refunded_in_two_parts(stage: Stage) -> Iterator[None]:
    """£20.02 over three campaigns; 77p go back, then all the rest."""
    payment, other = stage.give(2002, SPLIT), stage.give(5000)
    stage.wait(2)
    stage.model.settled(payment, 2002, fee=50)
    stage.model.settled(other, 5000, fee=95)
    yield
    _refund(stage, payment, 77)
    yield
    _refund(stage, payment, 2002 - 77)
    yield
    stage.wait(HOUR * 30)
    yield


def _refund(stage: Stage, payment: str, minor: int, *, leaves: bool = True) -> str:
    refund: str = stage.ask("POST", "/v1/refunds", charge=stage.charge_of(payment), amount=minor)["id"]
    stage.model.refunded(refund, payment, minor)
    if leaves:
        stage.model.settled(refund, -minor)
    return refund


@scenario("refund.failed", "refund.created", "charge.succeeded", "refund.updated")
def a_refund_that_fails_after_it_settled(stage: Stage) -> Iterator[None]:
    """The donor's bank sends it back two days later."""
    payment, other = stage.give(2500, SPLIT, card=REFUND_FAILS), stage.give(3000)
    stage.wait(2)
    stage.model.settled(payment, 2500, fee=58)
    stage.model.settled(other, 3000, fee=65)
    yield
    refund = _refund(stage, payment, 1000)
    yield
    stage.wait(2 * DAY + HOUR)
    stage.model.undid(refund)
    stage.model.settled(refund, 1000)
    yield


@scenario("refund.created", "refund.updated", "charge.succeeded", "charge.refunded")
def a_refund_that_is_called_off(stage: Stage) -> Iterator[None]:
    """There was not enough in the balance, and it was cancelled before there was."""
    payment = stage.give(2500, SPLIT)
    stage.wait(2)
    stage.model.settled(payment, 2500, fee=58)
    yield
    refund = _refund(stage, payment, 2500, leaves=False)
    yield
    stage.ask("POST", f"/v1/refunds/{refund}/cancel")
    stage.model.undid(refund)
    yield


@scenario("refund.created", "refund.updated", "charge.succeeded", "charge.refunded")
def a_refund_that_waits_for_money(stage: Stage) -> Iterator[None]:
    """Agreed today; it leaves when another gift has come in."""
    payment = stage.give(2500)
    stage.wait(2)
    stage.model.settled(payment, 2500, fee=58)
    refund = _refund(stage, payment, 2500, leaves=False)
    yield
    other = stage.give(2500)
    stage.wait(DAY + HOUR)
    stage.model.settled(other, 2500, fee=58)
    stage.model.settled(refund, -2500)
    yield


DISPUTED = ("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed", "charge.succeeded")


def _disputed(stage: Stage, minor: int = 2000) -> tuple[str, str]:
    """A gift that is split, and disputed soon after; dispute and payment."""
    payment = stage.give(minor, SPLIT)
    stage.wait(2)
    stage.model.settled(payment, minor, fee=card_fee(minor))
    dispute = stage.step(open_dispute, stage.stored(stage.charge_of(payment)))["id"]
    stage.model.withdrew(dispute, payment, minor)
    stage.model.settled(dispute, -minor, fee=2000)
    return str(dispute), payment


def _verdict(stage: Stage, dispute: str, *verdicts: str) -> None:
    for verdict in verdicts:
        stage.do("dispute", dispute=dispute, verdict=verdict)


def _won(stage: Stage, dispute: str, minor: int) -> None:
    """The money and the fee come back."""
    stage.model.reinstated(dispute, minor)
    stage.model.settled(dispute, minor, fee=-2000)


@scenario(*DISPUTED)
def a_dispute_that_is_lost(stage: Stage) -> Iterator[None]:
    """£20 and £20 of a fee are gone."""
    dispute, _ = _disputed(stage)
    yield
    _verdict(stage, dispute, "answered", "lost")
    yield


@scenario("charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
          "charge.succeeded")  # fmt: skip
def a_dispute_that_is_won(stage: Stage) -> Iterator[None]:
    """All of it comes back."""
    dispute, _ = _disputed(stage)
    yield
    _verdict(stage, dispute, "answered", "won")
    _won(stage, dispute, 2000)
    yield


@scenario("charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
          "charge.dispute.updated")  # fmt: skip
def a_lost_dispute_that_is_appealed_and_won(stage: Stage) -> Iterator[None]:
    """Lost is not the end of it."""
    dispute, _ = _disputed(stage, 2001)
    yield
    _verdict(stage, dispute, "answered", "lost")
    yield
    _verdict(stage, dispute, "appealed", "answered", "won")
    _won(stage, dispute, 2001)
    yield


@scenario(*DISPUTED)
def a_question_that_comes_to_nothing(stage: Stage) -> Iterator[None]:
    """The bank asks; no money ever moves."""
    payment = stage.give(2500)
    stage.wait(2)
    stage.model.settled(payment, 2500, fee=58)
    dispute = stage.step(open_dispute, stage.stored(stage.charge_of(payment)), inquiry=True)["id"]
    yield
    _verdict(stage, dispute, "closed")
    yield


@scenario("charge.dispute.created", "charge.dispute.closed", "refund.created", "charge.succeeded")
def a_dispute_that_is_prevented(stage: Stage) -> Iterator[None]:
    """The gift is refunded because the bank asked."""
    payment, other = stage.give(2500, SPLIT), stage.give(2500)
    stage.wait(2)
    for one in (payment, other):
        stage.model.settled(one, 2500, fee=58)
    dispute = stage.step(open_dispute, stage.stored(stage.charge_of(payment)), inquiry=True)["id"]
    yield
    _verdict(stage, dispute, "prevented")
    refund = stage.ask("GET", "/v1/refunds", payment_intent=payment)["data"][0]["id"]
    stage.model.refunded(refund, payment, 2500)
    stage.model.settled(refund, -2500)
    yield


@scenario("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated", "refund.created")
def part_is_refunded_and_the_rest_disputed(stage: Stage) -> Iterator[None]:
    """Two ways back for one gift, each split by itself."""
    payment, other = stage.give(2003, SPLIT), stage.give(2500)
    stage.wait(2)
    stage.model.settled(payment, 2003, fee=50)
    stage.model.settled(other, 2500, fee=58)
    _refund(stage, payment, 500)
    yield
    dispute = stage.step(open_dispute, stage.stored(stage.charge_of(payment)), inquiry=True)["id"]
    _verdict(stage, dispute, "escalated")
    stage.model.withdrew(dispute, payment, 1503)
    stage.model.settled(dispute, -1503, fee=2000)
    yield


@scenario("charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
          "charge.succeeded")  # fmt: skip
def a_dispute_that_is_won_in_part(stage: Stage) -> Iterator[None]:
    """Half of the money comes back, and the fee does not."""
    dispute, _ = _disputed(stage, 2001)
    yield
    _verdict(stage, dispute, "answered", "won in part")
    stage.model.reinstated(dispute, 1000)
    stage.model.settled(dispute, 1000)
    yield
