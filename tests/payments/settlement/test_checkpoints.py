"""How far a list is read: the overlap, the early end, the rows that are held back, the checkpoint."""

from typing import Any

import pytest
import sqlalchemy as sa

from database.transactions import booking
from payments.books.tables import balance_line
from payments.settlement import store
from payments.settlement.list_reader import OVERLAP, NotApplied
from payments.settlement.tables import walk
from payments.stripe.lists import ListPage, StripeLists
from tests.payments.settlement.account import DAY, HOUR, Account


def test_a_line_that_appears_late_is_found_below_the_checkpoint(account: Account) -> None:
    """It says that it was made an hour before the last one that we have read."""
    account.give()
    account.wait(3 * HOUR)
    account.give()
    account.wait()
    account.settle()
    late = account.do("line", category="fee", amount="-77").partition(":")[0]
    account.step(lambda world: world.store.change(world.store.get(late), created=world.now - HOUR))
    with account.twin.world.store.transaction():
        account.twin.world.store.execute("UPDATE object SET created = created - ? WHERE id = ?", (HOUR, late))

    assert account.reconciliation.reconcile().entries == {"stripe_fee": 1}
    account.require_agreement()


def test_a_settlement_ends_where_nothing_is_news(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not read the overlap again and again; a reconcile does."""
    for _ in range(8):
        account.give()
        account.wait(60)
    pages_of_two = SmallPages(account.lists, 2, monkeypatch)
    account.settle()
    assert pages_of_two.pages == 4
    pages_of_two.pages = 0
    account.settle()
    assert pages_of_two.pages == 1
    pages_of_two.pages = 0
    account.reconciliation.reconcile()
    assert pages_of_two.pages == 4 + 1


class SmallPages:
    """A few lines a page; counts the pages."""

    def __init__(self, lists: StripeLists, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ask, self._rows = lists.balance_transactions, rows
        self.pages = 0
        monkeypatch.setattr(lists, "balance_transactions", self.balance_transactions)

    def balance_transactions(self, **params: Any) -> ListPage:
        """A small page."""
        self.pages += 1
        return self._ask(**{**params, "limit": self._rows})


def test_a_line_that_nobody_can_read_does_not_keep_the_others_out(account: Account) -> None:
    """It is named, the balance is not opened on its account, and it is booked once it can be read."""
    account.give()
    account.wait()
    odd = account.do("line", category="fee", amount="-77").partition(":")[0]
    account.step(lambda world: world.store.change(world.store.get(odd), currency="xxx"))
    account.give(4000)
    account.wait()
    with pytest.raises(NotApplied, match=odd):
        account.reconciliation.settle()
    assert account.ours() == {"GBP": 2442 + 4000 - 80}
    assert account.balances("opening") == {}

    account.wait(3 * DAY)
    account.step(lambda world: world.store.change(world.store.get(odd), currency="gbp"))
    account.lose_deliveries()
    account.settle()
    assert account.balances("opening") == {}
    assert account.entries("stripe_fee") == [("fees", "stripe", 77)]


def test_a_line_that_contradicts_the_books_is_an_alarm_of_its_own(account: Account) -> None:
    """Its charge was reported before with another amount; the other lines of its page are booked."""
    account.give()
    charge = account.give(4000)
    account.deliver()
    account.step(lambda world: world.store.change(world.store.get(charge["id"]), amount_captured=3999))
    account.wait()
    with pytest.raises(NotApplied, match="ConflictingEntry"):
        account.reconciliation.settle()
    assert account.books.count(balance_line) == 1

    result = account.reconciliation.reconcile()
    assert list(result.errors.values()) == [f"ConflictingEntry: {charge['id']} was reported before with other contents"]
    account.step(lambda world: world.store.change(world.store.get(charge["id"]), amount_captured=4000))
    account.settle()


def test_a_list_whose_last_row_stripe_has_deleted_is_read_from_the_top(account: Account) -> None:
    """Events are kept for 30 days: the row of the checkpoint may be gone."""
    account.give()
    account.wait()
    with booking(account.books.engine) as conn:
        for name in ("events", "balance"):
            store.save_checkpoint(
                conn, account.twin.now(), store.Checkpoint(name, cursor="evt_gone", aim=account.twin.now())
            )
    account.lose_deliveries()

    assert account.reconciliation.reconcile().received == 1
    assert account.row(sa.select(walk).where(walk.c.name == "events")).cursor is None


def test_a_renewals_line_waits_for_its_invoice(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The invoice is made after the payment: a missing invoice does not mean that the money is not ours."""
    account.give_monthly()
    account.wait()
    account.lose_deliveries()
    with monkeypatch.context() as patch:
        patch.setattr(account.lists, "invoice_payments", lambda **_: ListPage([], has_more=False))
        for _ in range(2):
            result = account.reconciliation.settle()
            assert (result.waiting, result.agrees) == (1, True)
    assert account.keys() == []
    account.wait(HOUR)
    account.settle()

    assert account.balances("gifts") == {"GBP": -1000}
    assert account.balances("other") == {}


def test_a_payment_for_which_no_invoice_comes_is_not_ours(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten minutes it is booked; when the invoice comes after all, that is corrected."""
    account.give_monthly()
    account.wait(HOUR)
    account.lose_deliveries()
    with monkeypatch.context() as patch:
        patch.setattr(account.lists, "invoice_payments", lambda **_: ListPage([], has_more=False))
        account.settle()
        assert account.balances("other") == {"GBP": -1000}
    account.settle()

    assert account.balances("gifts") == {"GBP": -1000}
    assert account.balances("other") == account.uncleared() == {}


def test_an_invoice_that_was_paid_long_after_it_was_made_is_asked_for(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A renewal that failed and recovered: its link is below every checkpoint, so it is found by its payment."""
    account.give_monthly()
    account.wait(40 * DAY)
    account.lose_deliveries()
    ask = account.lists.invoice_payments

    def by_payment(**params: Any) -> ListPage:
        return ask(**params) if "payment" in params else ListPage([], has_more=False)

    monkeypatch.setattr(account.lists, "invoice_payments", by_payment)
    account.settle()

    assert account.balances("gifts") == {"GBP": -2000}
    assert account.uncleared() == {}


def test_the_overlap_is_wider_than_the_pause_between_two_runs() -> None:
    """Else a row that appears late could fall between them."""
    assert OVERLAP.total_seconds() >= 2 * HOUR
