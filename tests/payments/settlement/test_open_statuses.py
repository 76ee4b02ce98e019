"""What was not heard for over 30 days does not stay open here: reconcile asks Stripe about everything that is open."""

from typing import Any

import pytest
import sqlalchemy as sa

from database.transactions import booking, reading
from ledger.accounts import Account as BookAccount
from ledger.views import balances
from outbox.tables import job
from payments.books.jobs import FETCH_STATUS
from payments.books.tables import balance_line, dispute, payout, refund
from payments.books.views import disputes_to_answer
from payments.gifts.gift import GiftState
from payments.gifts.recurring import RecurringState
from payments.gifts.recurring_views import expected_sums
from payments.gifts.store import link_session
from payments.gifts.tables import recurring
from payments.stripe.lists import ListPage
from tests.payments.settlement.account import DAY, HOUR, Account

UNHEARD = 45 * DAY


def require_nothing_left(account: Account) -> None:
    """Our balance is Stripe's, and a second run changes nothing."""
    before = everything(account)
    result = account.reconciliation.reconcile()
    assert (result.entries, result.errors, result.settled.agrees) == ({}, {}, True)
    assert everything(account) == before


def everything(account: Account) -> list[Any]:
    """The statuses of all that can be open."""
    with reading(account.books.engine) as conn:
        return [conn.execute(sa.select(table)).all() for table in (recurring, dispute, payout, refund)]


def state_of(account: Account) -> list[str]:
    """The states of the recurring gifts."""
    with reading(account.books.engine) as conn:
        return list(conn.scalars(sa.select(recurring.c.state).order_by(recurring.c.id)))


def test_a_gift_that_was_cancelled_unheard_promises_nothing(account: Account) -> None:
    """£10 a month was expected for ever; another that runs is expected still."""
    account.give_monthly()
    account.give_monthly(3000)
    account.wait(HOUR)
    account.deliver()
    account.reconciliation.reconcile()
    ours = {row["items"]["data"][0]["price"]["unit_amount"]: row for row in subscriptions(account)}
    account.ask("DELETE", f"/v1/subscriptions/{ours[1000]['id']}")
    account.wait(UNHEARD)
    account.lose_deliveries()
    account.reconciliation.reconcile()

    assert sorted(state_of(account)) == [RecurringState.ACTIVE.value, RecurringState.ENDED.value]
    with reading(account.books.engine) as conn:
        assert [each.amount.minor for each in expected_sums(conn)] == [3000]
    require_nothing_left(account)


def subscriptions(account: Account) -> list[dict[str, Any]]:
    """The twin's subscriptions that have not ended."""
    return list(account.ask("GET", "/v1/subscriptions")["data"])


def test_subscriptions_are_asked_about_a_hundred_a_call_and_once_a_day(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two pages here; the next run within the day asks nothing, and no single one is fetched."""
    for _ in range(3):
        account.give_monthly()
    account.wait(HOUR)
    account.deliver()
    asked = list[dict[str, Any]]()
    ask = account.lists.subscriptions

    def two_rows(**params: Any) -> ListPage:
        asked.append(params)
        return ask(limit=2, **params)

    monkeypatch.setattr(account.lists, "subscriptions", two_rows)
    monkeypatch.delattr(account.lists.__class__, "subscription")
    account.reconciliation.reconcile()
    assert state_of(account) == [RecurringState.ACTIVE.value] * 3
    assert len(asked) == 2
    account.wait(HOUR)
    account.reconciliation.reconcile()
    assert len(asked) == 2


def test_an_end_that_was_chosen_and_never_set_is_set(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody heard of the subscription, so nobody told Stripe when to stop: a job does it now."""
    account.give_monthly()
    with booking(account.books.engine) as conn:
        conn.execute(sa.update(recurring).values(instalments=3))
    account.wait(UNHEARD)
    account.lose_deliveries()
    monkeypatch.setattr(account.lists, "events", lambda **_: ListPage([], has_more=False))
    account.reconciliation.reconcile()

    job_of = sa.select(job.c.payload).where(job.c.kind == FETCH_STATUS)
    assert account.row(job_of).payload == {"what": "subscription", "id": subscriptions(account)[0]["id"]}


def test_disputes_that_were_decided_unheard_need_no_answer(account: Account) -> None:
    """One lost, one won: neither waits for the treasurer any more."""
    lost, won = (account.give(minor, card="4000000000000259") for minor in (2500, 4000))
    account.wait(HOUR)
    account.deliver()
    account.reconciliation.reconcile()
    disputes = {row["charge"]: row["id"] for row in account.ask("GET", "/v1/disputes")["data"]}
    for identity in disputes.values():
        account.statuses.fetch_dispute(identity)
    account.do("dispute", dispute=disputes[lost["id"]], verdict="lost")
    account.do("dispute", dispute=disputes[won["id"]], verdict="won")
    account.wait(UNHEARD)
    account.lose_deliveries()
    account.reconciliation.reconcile()

    with reading(account.books.engine) as conn:
        assert disputes_to_answer(conn, 10) == []
        statuses = {row.id: row.status for row in conn.execute(sa.select(dispute))}
    assert statuses == {disputes[lost["id"]]: "lost", disputes[won["id"]]: "won"}
    require_nothing_left(account)


@pytest.mark.parametrize("verdict", ["lost", "inquiry"])
def test_a_dispute_that_was_opened_and_closed_unheard_is_listed(account: Account, verdict: str) -> None:
    """An inquiry moves no money: only Stripe's list of disputes has it."""
    charge = account.give()
    account.wait(HOUR)
    account.deliver()
    account.do("dispute", charge=charge["id"], verdict=verdict)
    account.wait(100 * DAY)
    account.lose_deliveries()
    account.reconciliation.reconcile()

    assert account.row(dispute).status == ("lost" if verdict == "lost" else "warning_closed")
    require_nothing_left(account)


def test_the_lines_of_a_payout_that_was_not_heard_of_are_listed(account: Account) -> None:
    """It left and arrived while nobody listened."""
    account.give()
    account.wait(UNHEARD)
    account.lose_deliveries()
    account.reconciliation.reconcile()

    seen = account.row(payout)
    assert (seen.status, seen.automatic, seen.amount_minor, seen.lines_minor) == ("paid", True, 2442, 2442)
    with reading(account.books.engine) as conn:
        assert set(conn.scalars(sa.select(balance_line.c.payout_id))) == {seen.id, None}
    require_nothing_left(account)


def test_a_payout_that_came_back_unheard_is_at_the_bank_no_more(account: Account) -> None:
    """Its arrival was heard of; its return was not, and the money has left with the next one since."""
    account.give()
    account.wait(8 * DAY)
    account.deliver()
    account.reconciliation.reconcile()
    first = account.row(payout)
    account.do("fail-payout", payout=first.id)
    account.wait(UNHEARD)
    account.lose_deliveries()
    account.reconciliation.reconcile()

    with reading(account.books.engine) as conn:
        statuses = {row.id: row.status for row in conn.execute(sa.select(payout))}
        assert balances(conn, BookAccount.BANK) == {"GBP": 2442}
        assert {code for code, minor in balances(conn, BookAccount.IN_TRANSIT).items() if minor} == set()
    assert sorted(statuses.values()) == ["failed", "paid"]
    assert statuses[first.id] == "failed"
    require_nothing_left(account)


def test_a_payout_that_is_not_its_lines_does_not_stop_the_others(account: Account) -> None:
    """It is named in the result, and the run goes on."""
    account.give()
    account.wait(5 * DAY)
    wrong = account.ask("GET", "/v1/payouts")["data"][0]["id"]
    account.give()
    account.wait(UNHEARD)
    account.lose_deliveries()
    account.step(lambda world: world.store.change(world.store.get(wrong), amount=2440))
    result = account.reconciliation.reconcile()

    assert [*result.errors] == [wrong]
    with reading(account.books.engine) as conn:
        assert sorted(conn.scalars(sa.select(payout.c.lines_minor))) == [2442, 2442]


def test_a_checkout_that_expired_unheard_is_open_no_more(account: Account) -> None:
    """Its donor went away."""
    metadata = account.pledge_metadata("payment", 2500)
    session = account.ask("POST", "/v1/checkout/sessions", mode="payment", metadata=metadata, **one_price(2500))
    link(account, session["id"])
    account.wait(UNHEARD)
    account.lose_deliveries()
    account.reconciliation.reconcile()
    assert account.books.gift(1).state is GiftState.EXPIRED
    require_nothing_left(account)


def test_a_debit_that_failed_unheard_is_processing_no_more(account: Account) -> None:
    """The donor had finished; the bank refused days later."""
    metadata = account.pledge_metadata("payment", 2500)
    data = {"metadata": metadata, "payment_intent_data": {"metadata": metadata}}
    session = account.ask("POST", "/v1/checkout/sessions", mode="payment", **one_price(2500), **data)
    link(account, session["id"])
    account.twin.pay(session["id"], card="22222227")
    account.deliver()
    assert account.books.gift(1).state is GiftState.PROCESSING
    account.wait(UNHEARD)
    account.lose_deliveries()
    account.reconciliation.reconcile()
    assert account.books.gift(1).state is GiftState.FAILED
    require_nothing_left(account)


def one_price(minor: int) -> dict[str, Any]:
    """The rest of a session for this many pence."""
    price = {"currency": "gbp", "unit_amount": minor, "product_data": {"name": "A gift"}}
    lines = [{"quantity": 1, "price_data": price}]
    return {"line_items": lines, "success_url": "http://give.invalid/thanks"}


def link(account: Account, session: str) -> None:
    """Note the session that the first gift's donor was sent to."""
    with booking(account.books.engine) as conn:
        link_session(conn, account.books.gift(1).id, session)


def test_a_refund_that_was_cancelled_unheard_is_ours_again(account: Account) -> None:
    """Stripe had agreed to it, and had no money to send."""
    first = account.give()
    account.wait(8 * DAY)
    account.deliver()
    account.reconciliation.reconcile()
    agreed = account.ask("POST", "/v1/refunds", charge=first["id"], amount=2500)
    account.deliver()
    assert agreed["status"] == "pending"
    account.ask("POST", f"/v1/refunds/{agreed['id']}/cancel")
    account.wait(UNHEARD)
    account.lose_deliveries()
    account.reconciliation.reconcile()

    assert account.row(refund).undone_at is not None
    assert account.books.raised(1) + account.books.raised(2) == 2500
    assert account.uncleared() == {}
    require_nothing_left(account)
