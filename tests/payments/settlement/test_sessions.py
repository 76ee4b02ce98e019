"""A donor is back from Stripe and no message has come: Stripe is asked, once for all who look."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from database.transactions import reading, writing
from outbox.tables import job
from outbox.worker import Worker
from payments.gifts.gift import GiftState
from payments.gifts.store import link_session
from payments.settlement.sessions import session_jobs
from payments.thanks.waiting import begin_to_wait, looked_since
from tests.payments.settlement.account import Account


def open_session(account: Account, mode: str = "payment") -> str:
    """The Checkout Session of the first gift."""
    metadata = account.pledge_metadata(mode, 2500)
    price: dict[str, Any] = {"currency": "gbp", "unit_amount": 2500, "product_data": {"name": "A gift"}}
    named = {"payment_intent_data": {"metadata": metadata}}
    if mode == "subscription":
        price["recurring"] = {"interval": "month"}
        named = {"subscription_data": {"metadata": metadata}}
    lines = [{"quantity": 1, "price_data": price}]
    metadata = metadata | {"gift_id": account.books.gift(1).id}
    session = account.ask(
        "POST", "/v1/checkout/sessions", mode=mode, success_url="http://give.invalid/thanks", line_items=lines,
        metadata=metadata, **named,
    )  # fmt: skip
    with writing(account.books.engine) as conn:
        link_session(conn, account.books.gift(1).id, session["id"])
    return str(session["id"])


def look(account: Account, session: str) -> None:
    """Somebody looks at the thank-you page."""
    with writing(account.books.engine) as conn:
        if looked_since(conn, session) is None:
            begin_to_wait(conn, session, account.twin.now())


def work(account: Account, seconds: int = 10) -> None:
    """What the worker does that many seconds later; no message comes."""
    account.wait(seconds)
    account.lose_deliveries()
    handlers = session_jobs(account.books.engine, account.books.bookkeeper, account.lists, account.twin.now)
    nothing = dict.fromkeys(("receipts.print", "stripe.settle", "stripe.look"), lambda _payload: None)
    Worker(account.books.engine, handlers | nothing, account.twin.now).run_due()


def waiting(account: Account) -> list[Any]:
    """The questions that wait, each with when it is due."""
    with reading(account.books.engine) as conn:
        return list(conn.execute(sa.select(job.c.due_at, job.c.error).where(job.c.kind == "stripe.session")))


@pytest.mark.parametrize("mode", ["payment", "subscription"])
def test_a_gift_whose_messages_were_lost_is_received_ten_seconds_after_its_donor_came_back(
    account: Account, mode: str
) -> None:
    """With its charge, once, and its later messages change nothing."""
    session = open_session(account, mode)
    account.twin.pay(session)
    account.twin.settle()
    late, account.kept.deliveries = account.kept.deliveries, []
    look(account, session)
    look(account, session)
    work(account, 9)
    assert account.books.gift(1).state is GiftState.PENDING
    work(account, 1)

    assert account.books.gift(1).state is GiftState.RECEIVED
    assert waiting(account) == []
    keys = account.keys()
    account.books.deliver(*late, now=account.twin.now())
    assert account.keys() == keys
    assert account.books.raised(1) + account.books.raised(2) == 2500


def test_a_donor_who_has_not_paid_yet_is_asked_about_until_the_checkout_expires(account: Account) -> None:
    """At growing intervals; the first look is remembered."""
    session, began = open_session(account), account.twin.now()
    look(account, session)
    work(account)
    [(due, _)] = waiting(account)
    assert due == began + timedelta(seconds=20)
    with reading(account.books.engine) as conn:
        assert looked_since(conn, session) == began
    for _ in range(200):
        if not waiting(account):
            break
        work(account, 1000)

    assert account.books.gift(1).state is GiftState.EXPIRED


def test_a_debit_that_was_begun_is_asked_about_once(account: Account) -> None:
    """Its bank takes days: messages and reconcile tell when."""
    session = open_session(account)
    account.twin.pay(session, card="22222227")
    look(account, session)
    work(account)

    assert account.books.gift(1).state is GiftState.PROCESSING
    assert waiting(account) == []


def test_while_stripe_is_away_the_question_waits(account: Account) -> None:
    """And is asked again."""
    session = open_session(account)
    account.twin.pay(session)
    look(account, session)
    account.do("chaos", api_500="1.0")
    work(account)
    [(_, error)] = waiting(account)
    assert error.startswith("StripeAway")
    account.do("chaos", mood="calm")
    work(account, 60)
    assert account.books.gift(1).state is GiftState.RECEIVED
