"""A refund is asked of Stripe once, whatever happens, and books itself."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy.exc import OperationalError

from database.transactions import reading, writing
from ledger.money import GBP, Money
from outbox.jobs import is_queued, last_error
from outbox.worker import Worker
from payments.refunding.jobs import RefundAsker, refunding_jobs
from payments.refunding.left_views import payments_left
from payments.refunding.request import ASK_REFUND, CannotRefund, RefundReason, RefundRequest, chosen_parts
from payments.refunding.store import refund_request_by_id, request_refund
from payments.stripe.gateway import StripeAway
from payments.stripe.refunds import RefundGateway
from tests.payments.refunding.cutting import cut_at
from tests.payments.settlement.account import DAY, Account
from tests.sandbox.loopback import KEY
from treasury.refunds.words import words_of_request

REQUEST = "00000000-0000-4000-8000-000000000001"


def asker(account: Account, key: str = KEY) -> RefundAsker:
    """What the worker asks with."""
    gateway = RefundGateway(key, api_base=account.twin.world.settings.public_url)
    return RefundAsker(account.books.engine, account.books.bookkeeper, account.lists, gateway, account.twin.now)


def want(account: Account, *parts: int, identity: str = REQUEST) -> RefundRequest:
    """A treasurer wants these pence back, by share; all that is left without any."""
    with writing(account.books.engine) as conn:
        gift = account.books.gift(1)
        [payment] = payments_left(conn, gift)
        amounts = [Money(minor, GBP) for minor in parts] or [share.left for share in payment.shares]
        chosen = chosen_parts(payment, dict(enumerate(amounts)))
        amount = Money(sum(minor for _, minor in chosen), GBP)
        request = RefundRequest(
            identity, gift.id, payment.payment, amount, chosen, RefundReason.WISHED, "ada", account.twin.now()
        )
        request_refund(conn, request)
    return request


def work(account: Account, key: str = KEY) -> None:
    """The worker asks Stripe; everything else is left."""
    rest = dict.fromkeys(("receipts.print", "stripe.settle", "stripe.look", "gift.refund"), lambda _payload: None)
    Worker(account.books.engine, refunding_jobs(asker(account, key)) | rest, account.twin.now).run_due()


def at_stripe(account: Account) -> list[int]:
    """The amounts of the refunds that Stripe has made."""
    return sorted(refund["amount"] for refund in account.ask("GET", "/v1/refunds")["data"])


def booked(account: Account) -> list[int]:
    """The amounts of the entries of refunds."""
    return [minor for _, _, minor in account.entries("refund")]


def answer(account: Account, identity: str = REQUEST) -> RefundRequest:
    """The request as it is now."""
    with reading(account.books.engine) as conn:
        request = refund_request_by_id(conn, identity)
    assert request is not None
    return request


@pytest.fixture
def given(account: Account) -> Account:
    """£25, half for each of two campaigns, that has come; other money in the balance covers its refund."""
    account.pay(9000)
    account.wait(60)
    account.give()
    account.wait()
    account.deliver()
    return account


def test_a_refund_is_made_and_booked_once(given: Account) -> None:
    """Also when Stripe's own message comes after it; Stripe's balance agrees."""
    want(given)
    work(given)
    assert (at_stripe(given), booked(given)) == ([2500], [1250, 1250])
    assert answer(given).refund is not None

    given.deliver()
    work(given)
    given.settle()
    assert (at_stripe(given), booked(given), given.uncleared()) == ([2500], [1250, 1250], {})


def test_chosen_parts_come_off_their_campaigns_however_it_is_reported(given: Account) -> None:
    """£7 from one and £3 from the other: the message alone, without our answer, gives the same entries."""
    want(given, 700, 300)
    keys = {}
    with pytest.raises(OperationalError), cut_at(given.books.engine, "INSERT INTO entry"):
        asker(given).ask(REQUEST)
    given.deliver()
    keys["message"] = booked(given)
    work(given)
    assert keys["message"] == booked(given) == [300, 700]
    assert (given.books.raised(1), given.books.raised(2), at_stripe(given)) == (550, 950, [1000])


def test_a_refund_that_failed_comes_back_to_where_it_was_taken(given: Account) -> None:
    """The donor's bank sent it back."""
    want(given, 700, 300)
    work(given)
    given.do("fail-refund", refund=str(answer(given).refund))
    given.deliver()
    assert (given.books.raised(1), given.books.raised(2)) == (1250, 1250)


def test_killed_at_every_statement_it_is_still_one(given: Account) -> None:
    """The job begins again from what is kept."""
    want(given)
    for number in count(1):
        try:
            with cut_at(given.books.engine, number):
                asker(given).ask(REQUEST)
        except OperationalError:
            continue
        break
    assert number > 5
    assert (at_stripe(given), booked(given)) == ([2500], [1250, 1250])


def test_an_answer_is_lost_and_the_key_forgotten(given: Account) -> None:
    """The worker dies with Stripe's answer in its hands, and wakes after two days: no second refund."""
    want(given, 600, 0)
    with pytest.raises(OperationalError), cut_at(given.books.engine, "INSERT INTO entry"):
        asker(given).ask(REQUEST)
    given.wait(2 * DAY)
    given.lose_deliveries()
    work(given)
    assert (at_stripe(given), booked(given)) == ([600], [600])


@pytest.mark.parametrize("misfortune", ["api_reset", "api_500", "api_429"])
def test_stripe_is_away(given: Account, misfortune: str) -> None:
    """Some answers are lost although the call took effect; it is tried again until it is there, once."""
    want(given)
    given.do("chaos", **{misfortune: "1.0"})
    with pytest.raises(StripeAway):
        asker(given).ask(REQUEST)
    assert answer(given).is_open

    given.do("chaos", mood="calm")
    given.wait(DAY + 1)  # Stripe remembers its own error under a key, for a day
    work(given)
    assert (at_stripe(given), booked(given)) == ([2500], [1250, 1250])


def test_the_same_form_twice_is_one_request(given: Account) -> None:
    """The button was pressed again."""
    want(given, 1000, 0)
    want(given, 1000, 0)
    work(given)
    assert at_stripe(given) == [1000]


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_of_many_at_once_one_is_asked_for(given: Account) -> None:
    """Two treasurers, or one with two tabs: each other is told that one is being asked for."""

    def try_one(number: int) -> bool:
        try:
            want(given, 1000, 0, identity=f"00000000-0000-4000-8000-{number:012}")
        except CannotRefund:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(try_one, range(4))) == 1
    work(given)
    assert at_stripe(given) == [1000]


def test_no_more_goes_back_than_is_left(given: Account) -> None:
    """Of each share."""
    want(given, 1000, 0)
    work(given)
    with pytest.raises(CannotRefund, match="more than is left"):
        want(given, 300, 0, identity="00000000-0000-4000-8000-000000000002")


def test_what_stripe_refuses_is_kept_and_not_asked_again(given: Account) -> None:
    """Somebody refunded it in Stripe's dashboard, and we had not heard of it."""
    want(given)
    given.twin.refund(given.ask("GET", "/v1/charges")["data"][0]["id"])
    work(given)
    assert (answer(given).refusal, answer(given).refund) == ("charge_already_refunded", None)
    with reading(given.books.engine) as conn:
        assert not is_queued(conn, ASK_REFUND, REQUEST)


def test_a_key_without_the_right_is_named_and_the_refund_made_once_it_has_it(given: Account) -> None:
    """A restricted key of before: the page says what to allow at Stripe, and nothing is asked for anew."""
    request = want(given)
    work(given, "sk_test_of_nobody")
    with reading(given.books.engine) as conn:
        error = last_error(conn, ASK_REFUND, REQUEST)
    assert error is not None
    words = words_of_request(request, is_undone=False, error=error[0])
    assert "does not let our key make refunds" in words
    assert words_of_request(request, is_undone=False, error="StripeRefused: PermissionError: None") == words
    assert "not answered yet" in words_of_request(request, is_undone=False, error="StripeAway: APIError")

    given.wait(DAY)
    work(given)
    assert (at_stripe(given), booked(given)) == ([2500], [1250, 1250])


def test_what_waits_for_money_says_so(given: Account) -> None:
    """Everything was paid out: Stripe agrees, and sends it when it can."""
    given.wait(8 * DAY)
    given.do("payout")
    want(given)
    work(given)
    assert (answer(given).waits_for, booked(given)) == ("insufficient_funds", [1250, 1250])
