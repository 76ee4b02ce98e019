"""Lost webhooks are recovered: whatever was not delivered is read from the lists, and a second run posts nothing."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from database.instants import from_unix
from database.transactions import booking, reading
from payments.books.store import first_line_without_charge
from payments.books.tables import payment_failure
from payments.gifts.gift import GiftState
from payments.settlement import list_sources, store
from payments.settlement.list_reader import ListReader
from payments.settlement.list_sources import LISTED_EVENTS
from payments.settlement.tables import walk
from payments.stripe.gateway import StripeAway, StripeRefused
from payments.stripe.lists import ListPage, StripeLists
from payments.stripe.objects import StripeObject
from receipts.tables import receipt
from tests.payments.settlement.account import CARD, DAY, HOUR, Account


def two_busy_weeks(account: Account) -> None:
    """Gifts, a renewal to be, a refund, one that fails, a dispute, a payout that arrives, and an unrelated payment."""
    for minor in (2500, 4000, 700):
        account.give(minor)
    account.give(3000, "usd")
    account.give(2000, card="00012345")
    account.give_monthly()
    account.pay(1500)
    part, failing = account.give(6000), account.give(8000, card="4000000000005126")
    account.give(5000, card="4000000000000259")
    account.wait(2 * HOUR)
    account.ask("POST", "/v1/refunds", charge=part["id"], amount=1234)
    account.ask("POST", "/v1/refunds", charge=failing["id"])
    account.wait(12 * DAY)


def require_complete_books(account: Account) -> None:
    """Nothing waits, nothing is missing, and our balance is Stripe's."""
    account.require_agreement()
    assert account.uncleared() == {}
    assert account.balances("in_transit") == {}
    assert account.reconciliation.reconcile().entries == {}


def test_a_charge_whose_line_is_late_comes_by_its_event(account: Account) -> None:
    """Stripe may take an hour for the line; until then only its event reports it."""
    for _ in range(2):
        account.reconciliation.reconcile()
        account.give()
        account.wait(HOUR)
        account.lose_deliveries()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(account.lists, "balance_transactions", lambda **_: ListPage([], has_more=False))
        assert account.reconciliation.reconcile().received == 1

    account.reconciliation.reconcile()
    require_complete_books(account)


def test_a_debit_whose_line_came_without_its_success_is_looked_for_below_the_checkpoint(account: Account) -> None:
    """Only its event says when it succeeded, and that list was read past it."""
    account.give(card="00012345")
    account.wait(10 * DAY)
    account.lose_deliveries()
    account.settle()
    with booking(account.books.engine) as conn:
        store.save_checkpoint(conn, account.twin.now(), store.Checkpoint("charges", account.twin.now()))

    assert account.reconciliation.reconcile().received == 1
    require_complete_books(account)


def test_a_debit_that_was_taken_back_is_looked_for_though_its_second_charge_is_known(account: Account) -> None:
    """As many charges as lines, for a while: the second was reported and its line is not there yet."""
    lost = account.give(card="66666662")
    account.wait(10 * DAY)
    account.lose_deliveries()
    account.settle()
    with booking(account.books.engine) as conn:
        store.save_checkpoint(conn, account.twin.now(), store.Checkpoint("charges", account.twin.now()))
    account.do("collect-again", charge=lost["id"], card=CARD)
    account.deliver()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(account.lists, "balance_transactions", lambda **_: ListPage([], has_more=False))
        result = account.reconciliation.reconcile()

    assert (result.entries["gift"], result.entries["payment_failed"]) == (2, 2)
    account.wait(HOUR)
    account.reconciliation.reconcile()
    require_complete_books(account)
    assert account.books.raised(1) + account.books.raised(2) == 2500


@pytest.mark.parametrize("card", ["00012345", "22222227", "66666662"])
def test_a_debit_that_was_reported_is_not_looked_for_again(account: Account, card: str) -> None:
    """Confirmed, failed, or taken back after it was confirmed: else the charges of weeks would be read each hour."""
    began = account.twin.now()
    account.give(card=card)
    account.wait(20 * DAY)
    account.deliver()
    account.settle()

    with reading(account.books.engine) as conn:
        assert first_line_without_charge(conn, began) is None


def test_every_webhook_was_lost(account: Account) -> None:
    """One run brings it all; what comes after all is no news."""
    two_busy_weeks(account)
    late, account.kept.deliveries = account.kept.deliveries, []
    result = account.reconciliation.reconcile()

    assert result.received == 9
    assert result.entries["gift"] == 18
    assert (result.settled.agrees, result.errors) == (True, {})
    assert account.books.count(receipt) == 9
    assert account.books.gift(1).state is GiftState.RECEIVED
    require_complete_books(account)
    before = account.keys()
    account.books.deliver(*late, now=account.twin.now())
    assert account.keys() == before


def test_every_webhook_was_delivered(account: Account) -> None:
    """There is nothing to recover but what the balance alone shows."""
    two_busy_weeks(account)
    account.deliver()
    result = account.reconciliation.reconcile()

    assert result.received == 0
    assert set(result.entries) == {"settle", "fee", "payout", "paid", "other"}
    require_complete_books(account)


@pytest.mark.parametrize("kept", [0, 1])
def test_the_order_of_delivering_and_reading_does_not_matter(account: Account, kept: int) -> None:
    """Some delivered before, some after, some never: the same books."""
    two_busy_weeks(account)
    deliveries, account.kept.deliveries = account.kept.deliveries, []
    account.books.deliver(*deliveries[kept::3], now=account.twin.now())
    account.reconciliation.reconcile()
    account.books.deliver(*deliveries[(kept + 1) % 3 :: 3], now=account.twin.now())

    require_complete_books(account)
    assert account.balances("gifts") == {"GBP": -(2500 + 4000 + 700 + 2000 + 1000 + 6000 + 8000 + 5000), "USD": -3000}


@pytest.mark.parametrize("cut", [StripeAway("silence"), KeyError("id")], ids=["silence", "nonsense"])
@pytest.mark.parametrize("cut_at", [1, 4])
def test_a_run_that_is_interrupted_is_resumed(
    account: Account, monkeypatch: pytest.MonkeyPatch, cut_at: int, cut: Exception
) -> None:
    """Pages of three; Stripe stops answering in the middle, or answers nonsense; the next run goes on from there."""
    two_busy_weeks(account)
    account.lose_deliveries()
    small, asked = SmallPages(account.lists, 3), 0

    def silent_after(**params: Any) -> ListPage:
        nonlocal asked
        asked += 1
        if asked > cut_at:
            raise cut
        return small.balance_transactions(**params)

    monkeypatch.setattr(account.lists, "balance_transactions", silent_after)
    with pytest.raises(type(cut)):
        account.reconciliation.reconcile()
    monkeypatch.setattr(account.lists, "balance_transactions", small.balance_transactions)
    stood = account.row(sa.select(walk).where(walk.c.name == "balance"))
    assert stood.reached is None and stood.cursor is not None and stood.aim is not None  # noqa: PT018
    small.began.clear()
    account.reconciliation.reconcile()

    assert small.began[0] == stood.cursor
    require_complete_books(account)


class SmallPages:
    """The same lists, a few rows a page; remembers where each page began."""

    def __init__(self, lists: StripeLists, rows: int) -> None:
        self._ask, self._rows = lists.balance_transactions, rows
        self.began: list[str | None] = []

    def balance_transactions(self, **params: Any) -> ListPage:
        """A small page."""
        self.began.append(params.get("starting_after"))
        return self._ask(**{**params, "limit": self._rows})


def test_what_a_killed_process_had_not_committed_is_read_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint is saved in the same transaction as the rows."""
    two_busy_weeks(account)
    account.lose_deliveries()
    apply, pages = ListReader._apply, 0

    def killed(self: ListReader, conn: Any, rows: Any) -> None:
        nonlocal pages
        apply(self, conn, rows)
        pages += 1
        if pages == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ListReader, "_apply", killed)
        with pytest.raises(KeyboardInterrupt):
            account.reconciliation.reconcile()
    account.reconciliation.reconcile()

    require_complete_books(account)


def test_what_only_a_deleted_event_reported_is_read_from_the_object(account: Account) -> None:
    """Nothing was delivered for 45 days: a debit that was confirmed, a refund that failed, payouts that arrived."""
    account.give(2000, card="00012345")
    failing = account.give(8000, card="4000000000005126")
    account.give(9000)
    account.wait(2 * HOUR)
    account.ask("POST", "/v1/refunds", charge=failing["id"])
    account.wait(45 * DAY)
    account.lose_deliveries()
    result = account.reconciliation.reconcile()

    assert result.received == 3
    assert account.balances("bank") == {"GBP": 2000 - 20 + 8000 - 140 + 9000 - 155}
    require_complete_books(account)


def test_a_delayed_payment_that_failed_long_ago_is_taken_back(account: Account) -> None:
    """Its success was delivered; its failure was not. It is dated by the line that took it, as its event was."""
    debit = account.give(2000, card="66666662")
    account.give(9000)
    account.wait(5 * DAY)
    account.deliver()
    account.settle()
    account.wait(40 * DAY)
    account.lose_deliveries()
    account.reconciliation.reconcile()

    assert account.balances("refunds") == {"GBP": 2000}
    assert account.uncleared() == {}
    back = account.ask("GET", f"/v1/charges/{debit['id']}")["failure_balance_transaction"]
    taken_at = account.ask("GET", f"/v1/balance_transactions/{back}")["created"]
    assert account.row(payment_failure).failed_at == from_unix(taken_at)


def test_progress_is_reported_list_by_list(account: Account) -> None:
    """How many rows, and which share of the time span is done: it ends at one."""
    two_busy_weeks(account)
    steps: list[tuple[str, int, float]] = []
    account.reconciliation.reconcile(lambda *step: steps.append(step))

    last = {name: (rows, share) for name, rows, share in steps}
    of_open_objects = {"subscriptions", "disputes", "payouts"}
    assert set(last) == {"invoice_payments", "balance", "events", "charges"} | of_open_objects
    assert all(rows > 0 and share == 1.0 for rows, share in last.values())
    assert all(0.0 <= share <= 1.0 for _, _, share in steps)


def test_events_are_asked_for_by_as_many_names_as_stripe_takes() -> None:
    """Twenty."""
    assert len(LISTED_EVENTS) <= 20
    assert timedelta(days=30) == list_sources.EVENTS_KEPT


def test_a_run_that_failed_late_does_not_keep_the_next_from_reading(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe refuses the last question, for good: what was lost since is found all the same, each time."""

    def refuse() -> StripeObject:
        raise StripeRefused("this key may not read the balance")

    monkeypatch.setattr(account.lists, "balance", refuse)
    for gifts in (1, 2, 3):
        account.give()
        account.wait(HOUR)
        account.lose_deliveries()
        with pytest.raises(StripeRefused):
            account.reconciliation.reconcile()
        assert account.balances("gifts") == {"GBP": -2500 * gifts}


def test_a_run_before_the_first_gift_is_noted(account: Account) -> None:
    """There was nothing to read, and the doctor must see that reconcile runs."""
    account.reconciliation.reconcile()

    assert account.row(sa.select(walk).where(walk.c.name == "balance")).walked_at == account.twin.now()
