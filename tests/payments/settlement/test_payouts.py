"""Money on its way to the bank: sent, arrived, come back; and what each payout is made of."""

import pytest
import sqlalchemy as sa

from database.transactions import reading
from outbox.worker import Worker
from payments.books.tables import balance_line, dispute, payout
from payments.reading.happenings import StatusObject
from payments.settlement.jobs import stripe_jobs
from payments.settlement.list_reader import NotApplied
from payments.stripe.lists import ListPage
from tests.payments.settlement.account import DAY, HOUR, Account


def work(account: Account) -> None:
    """What the worker does with what the messages asked for; nothing may fail."""
    fetchers = account.statuses.fetchers | {StatusObject.SUBSCRIPTION: lambda _identity: None}
    handlers = stripe_jobs(account.books.engine, account.reconciliation, fetchers, account.twin.now)
    worker = Worker(account.books.engine, handlers | {"receipts.print": lambda _payload: None}, account.twin.now)
    worker.run_due()


def test_a_payout_leaves_arrives_and_is_the_sum_of_its_lines(account: Account) -> None:
    """£25 and £40, less their fees: at each step our balance is Stripe's."""
    account.give()
    account.give(4000)
    for _ in range(9):
        account.wait(DAY)
        account.deliver()
        work(account)
        account.require_agreement()

    seen = account.row(payout)
    amount = 2442 + 4000 - 80
    assert (seen.amount_minor, seen.lines_minor, seen.status, seen.automatic) == (amount, amount, "paid", True)
    assert account.balances("bank") == {"GBP": amount}
    assert account.ours() == account.balances("in_transit") == {}
    with reading(account.books.engine) as conn:
        assert set(conn.scalars(sa.select(balance_line.c.payout_id))) == {seen.id, None}


def test_a_payout_that_fails_after_it_was_paid_comes_back(account: Account) -> None:
    """Out of the bank again, and into the balance; its money leaves with the next one."""
    account.give()
    account.wait(8 * DAY)
    account.deliver()
    work(account)
    first = account.row(payout)
    assert account.balances("bank") == {"GBP": 2442}
    account.do("fail-payout", payout=first.id)
    account.deliver()
    work(account)

    assert account.row(payout).status == "failed"
    assert account.balances("bank") == account.balances("in_transit") == {}
    account.require_agreement()


def test_stripe_may_debit_the_bank(account: Account) -> None:
    """Disputes have eaten more than there is: a payout of a negative amount."""
    account.give(card="4000000000000259")
    account.wait(8 * DAY)
    account.deliver()
    work(account)
    account.wait(8 * DAY)
    account.deliver()
    work(account)

    with reading(account.books.engine) as conn:
        amounts = list(conn.scalars(sa.select(payout.c.amount_minor)))
    assert min(amounts) < 0
    assert account.balances("bank").get("GBP", 0) == sum(amounts)
    account.require_agreement()


def test_a_payout_whose_lines_are_not_its_amount_says_so(account: Account) -> None:
    """The job fails with the sentence that a person needs."""
    account.give()
    account.wait(5 * DAY)
    account.deliver()
    account.settle()
    paid = account.ask("GET", "/v1/payouts")["data"][0]["id"]
    account.step(lambda world: world.store.change(world.store.get(paid), amount=2440))

    with pytest.raises(NotApplied, match="its lines add up to 2442, its amount is 2440"):
        account.statuses.fetch_payout(paid)


def test_fetching_a_payout_brings_the_lines_that_we_lack(account: Account) -> None:
    """Nothing was delivered or settled before."""
    account.give()
    account.wait(5 * DAY)
    paid = account.ask("GET", "/v1/payouts")["data"][0]["id"]
    account.statuses.fetch_payout(paid)

    assert account.row(payout).lines_minor == 2442
    assert account.row(balance_line).payout_id == paid
    account.settle()


def test_a_disputes_status_is_fetched(account: Account) -> None:
    """It waits for our answer, and then it does not."""
    account.give(card="4000000000000259")
    account.wait(2 * HOUR)
    account.deliver()
    work(account)
    seen = account.row(dispute)
    assert (seen.status, seen.amount_minor) == ("needs_response", 2500)
    assert seen.answer_by is not None
    account.do("dispute", dispute=seen.id, verdict="lost")
    account.deliver()
    work(account)

    assert (account.row(dispute).status, account.row(dispute).answer_by) == ("lost", None)


def test_a_missing_object_is_no_failure(account: Account) -> None:
    """The object is gone (the sandbox was reset): the job ends."""
    fetchers = account.statuses.fetchers
    handlers = stripe_jobs(account.books.engine, account.reconciliation, fetchers, account.twin.now)

    handlers["stripe.look"]({"what": "payout", "id": "po_nowhere"})
    handlers["stripe.look"]({"what": "dispute", "id": "du_nowhere"})


def test_a_payout_is_added_up_again_until_it_is_right(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that lacked a line once must not be believed for ever."""
    account.give()
    account.wait(5 * DAY)
    account.deliver()
    account.settle()
    paid = account.ask("GET", "/v1/payouts")["data"][0]["id"]
    with monkeypatch.context() as patch:
        patch.setattr(account.lists, "balance_transactions", lambda **_: ListPage([], has_more=False))
        with pytest.raises(NotApplied, match="its lines add up to 0"):
            account.statuses.fetch_payout(paid)
    account.statuses.fetch_payout(paid)

    assert account.row(payout).lines_minor == 2442
