"""Gifts that go back as refunds, through the twin: made, refused, and come back; the end is always a person's."""

import html
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from compliance.check import CheckClock, CheckReason, CheckState
from compliance.check_steps import ReturnDecision, ReturnFailure, ReturnProof
from compliance.due_checks import DueCheck
from compliance.held_views import held_on
from compliance.regulated_gift import RegulatedGift
from compliance.returning import book_missing_returns, note_failed_returns
from compliance.store import open_checks, take_check_step
from database.transactions import booking, reading, writing
from ledger.accounts import RAISED
from ledger.money import GBP, Money
from ledger.tables import total
from outbox.worker import Worker
from payments.gifts.store import gift as gift_by_id
from payments.refunding.jobs import RefundAsker, refunding_jobs
from payments.refunding.left_views import payments_left
from payments.stripe.refunds import RefundGateway
from proof.audit import audit_all
from staff.role import Role
from tests.clock import FixedClock
from tests.payments.conftest import books
from tests.payments.organisation_books import gift_id
from tests.payments.settlement.account import Account
from tests.payments.settlement.conftest import account
from tests.sandbox.loopback import KEY
from tests.staff.signing_in import sign_in_as
from tests.treasury.check_desk import BASE_URL, COMPANY, CheckedDesk
from tests.treasury.test_lost_gifts import build

__all__ = ["account", "books"]
REFUND = {"why": "impermissible:donor", "manner": "refund", "how": "", "sum": "25"}
BY_BANK = REFUND | {"manner": "payment", "how": "bank transfer"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked of the database here is asked of both elsewhere (tests/payments/refunding)."""
    return sqlite_url


@pytest.fixture
def checked(account: Account) -> CheckedDesk:
    """A treasurer before the check of a gift of £25 that came through the twin and must not be accepted."""
    account.pay(9000)  # other money in the balance covers the refund
    account.wait(60)
    account.give()
    account.wait()
    account.deliver()
    engine, clock = account.books.engine, FixedClock(account.twin.now())
    today = account.twin.now().date()
    with writing(engine) as conn:
        gift = gift_by_id(conn, gift_id(1))
        assert gift is not None
        regulated = RegulatedGift(gift.id, str(gift.donor_id), Money(2500, GBP), today)
        due = DueCheck(regulated, CheckReason.ABOVE_THRESHOLD, regulated.value, CheckClock(today, 30))
        open_checks(conn, [due], today)
    browser = TestClient(build(engine, clock, BASE_URL), base_url=BASE_URL, follow_redirects=False)
    sign_in_as(browser, engine, clock(), Role.TREASURER)
    checked = CheckedDesk(browser, engine, clock)
    checked.sends("donor", COMPANY)
    return checked


def work(account: Account) -> None:
    """The worker asks Stripe; everything else is left."""
    gateway = RefundGateway(KEY, api_base=account.twin.world.settings.public_url)
    asker = RefundAsker(account.books.engine, account.books.bookkeeper, account.lists, gateway, account.twin.now)
    rest = dict.fromkeys(("receipts.print", "stripe.settle", "stripe.look", "gift.refund"), lambda _payload: None)
    Worker(account.books.engine, refunding_jobs(asker) | rest, account.twin.now).run_due()


def look(checked: CheckedDesk) -> int:
    """The worker looks for returns that failed; how many it notes."""
    with writing(checked.engine) as conn:
        return note_failed_returns(conn, checked.clock(), checked.clock().date())


def at_stripe(account: Account) -> list[int]:
    """The amounts of the refunds that Stripe has made."""
    return [refund["amount"] for refund in account.ask("GET", "/v1/refunds")["data"]]


def test_a_refund_is_asked_once_and_its_proof_is_a_persons(checked: CheckedDesk, account: Account) -> None:
    """Pressed twice it is one refund; while Stripe has not answered nobody can say that the money went."""
    for _ in range(2):
        assert checked.sends("return", REFUND, seen=1).status_code == 303
    assert "Stripe is being asked." in checked.page()
    proof = {"day": checked.clock().date().isoformat(), "proof": "it went"}
    early = checked.sends("returned", proof)
    assert (early.status_code, "Stripe has not made the refund" in early.text) == (422, True)

    work(account)
    assert (at_stripe(account), checked.check.state) == ([2500], CheckState.TO_RETURN)
    twice = checked.sends("return", BY_BANK)
    assert (twice.status_code, "was asked for already" in twice.text) == (422, True)
    assert ("Decide on another way" in checked.page(), at_stripe(account)) == (False, [2500])
    filled = checked.page("/returned")
    assert ("Refund re_" in filled, "of GBP 25.00 through Stripe" in filled) == (True, True)
    assert checked.sends("returned", proof).status_code == 303
    assert (checked.check.state, look(checked)) == (CheckState.RETURNED, 0)
    assert isinstance(checked.check.steps[-1], ReturnProof)


def test_a_refund_that_stripe_refuses_leaves_the_clock_running(checked: CheckedDesk, account: Account) -> None:
    """Stripe's word is noted once, by nobody; a person finds another way."""
    account.twin.refund(account.ask("GET", "/v1/charges")["data"][0]["id"])  # in the dashboard: we do not know it yet
    checked.sends("return", REFUND)
    work(account)
    assert (look(checked), look(checked)) == (1, 0)
    failure = checked.check.steps[-1]
    assert isinstance(failure, ReturnFailure)
    assert ("charge_already_refunded" in failure.why, checked.check.state) == (True, CheckState.TO_RETURN)
    checked.clock.advance(timedelta(days=2))
    checked.signs_in(Role.TREASURER)
    page = checked.page()
    assert ("28 days left" not in page, "27 days left" in page, "Decide on another way" in page) == (True, True, True)

    assert checked.sends("return", BY_BANK).status_code == 303
    assert look(checked) == 0
    day = checked.clock().date().isoformat()
    assert checked.sends("returned", {"day": day, "proof": "BACS 0042"}).status_code == 303
    assert [type(step) for step in checked.check.steps[1:]] == [
        ReturnDecision, ReturnFailure, ReturnDecision, ReturnProof,
    ]  # fmt: skip


def test_a_refund_that_comes_back_after_its_proof_opens_the_check_again(checked: CheckedDesk, account: Account) -> None:
    """The overview, the list and the clock say it; another way is decided, and its proof ends the check once more."""
    checked.sends("return", REFUND)
    work(account)
    refund = account.ask("GET", "/v1/refunds")["data"][0]["id"]
    proof = {"day": checked.clock().date().isoformat(), "proof": refund}
    checked.sends("returned", proof)
    account.do("fail-refund", refund=refund)
    account.deliver()

    assert (look(checked), look(checked), checked.check.state) == (1, 0, CheckState.CAME_BACK)
    page = checked.page()
    assert f"The refund {refund} came back: the donor's card was lost or stolen." in html.unescape(page)
    assert ("The refund failed after the return was recorded." in page, "Decide on another way" in page) == (True, True)
    assert "Its return failed, 29 days left" in page
    assert "A gift that had gone back is here again" in replace(checked, path="/desk").page()
    assert checked.path in checked.browser.get("/desk/checks?state=came_back").text
    assert held(checked) == (Money(2500, GBP), Money(2500, GBP))

    assert checked.sends("return", BY_BANK).status_code == 303
    assert checked.browser.get("/desk/checks?state=to_return").text.count(checked.path) > 0
    assert checked.sends("returned", proof | {"proof": "BACS 0042"}).status_code == 303
    assert (checked.check.state, look(checked)) == (CheckState.RETURNED, 0)
    assert [type(step) for step in checked.check.steps[1:]] == [
        ReturnDecision, ReturnProof, ReturnFailure, ReturnDecision, ReturnProof,
    ]  # fmt: skip
    assert held(checked) == (Money(0, GBP), Money(0, GBP))


def held(checked: CheckedDesk) -> tuple[Money, Money]:
    """What was raised in all, and what of it is held."""
    with reading(checked.engine) as conn:
        on_hold = held_on(conn, date.max).get("GBP", Money(0, GBP))
        raised = conn.execute(
            sa.select(sa.func.sum(total.c.credit_minor - total.c.debit_minor)).where(total.c.account.in_(RAISED))
        ).scalar_one()
    return Money(int(raised), GBP), on_hold


def test_our_own_payment_is_booked_with_its_proof(checked: CheckedDesk, account: Account) -> None:
    """So that raised, held and the proof agree; Stripe has nothing of the gift to refund any more."""
    checked.sends("return", BY_BANK)
    assert held(checked) == (Money(2500, GBP), Money(2500, GBP))
    proof = {"day": checked.clock().date().isoformat(), "proof": "BACS 0042"}
    for _ in range(2):
        assert checked.sends("returned", proof, seen=2).status_code == 303
    assert held(checked) == (Money(0, GBP), Money(0, GBP))
    with reading(checked.engine) as conn:
        gift = gift_by_id(conn, gift_id(1))
        assert gift is not None
        assert [payment.left.minor for payment in payments_left(conn, gift)] == [0]
        assert not [finding for finding in audit_all(conn, checked.clock) if finding.has_failed]
    assert "Paid back by us" in checked.browser.get(f"/desk/gifts/{gift_id(1)}").text
    assert "Booked as paid back from the bank" in checked.page()


def test_a_refund_that_comes_back_before_its_proof_must_go_another_way(checked: CheckedDesk, account: Account) -> None:
    """Nobody can record a return whose money is ours again."""
    checked.sends("return", REFUND)
    work(account)
    refund = account.ask("GET", "/v1/refunds")["data"][0]["id"]
    account.do("fail-refund", refund=refund)
    account.deliver()

    assert (look(checked), look(checked)) == (1, 0)
    answer = checked.sends("returned", {"day": checked.clock().date().isoformat(), "proof": refund})
    assert (answer.status_code, checked.check.state) == (422, CheckState.TO_RETURN)
    assert f"The refund {refund} came back" in checked.page()


def test_a_return_of_before_that_was_never_booked_is_booked_by_the_worker(
    checked: CheckedDesk, account: Account
) -> None:
    """Once; a refund is booked by Stripe's word alone."""
    checked.sends("return", BY_BANK)
    with writing(checked.engine) as conn:
        proof = ReturnProof(checked.check.steps[-1].by, checked.clock().date(), "BACS 0042")  # type: ignore[union-attr]
        take_check_step(conn, gift_id(1), proof, checked.clock(), today=checked.clock().date())
    assert held(checked) == (Money(2500, GBP), Money(2500, GBP))
    with booking(checked.engine) as conn:
        assert (book_missing_returns(conn, checked.clock()), book_missing_returns(conn, checked.clock())) == (1, 0)
    assert held(checked) == (Money(0, GBP), Money(0, GBP))
