"""An account that has a history: what it held before our time is `opening`, decided once."""

import pytest
import sqlalchemy as sa

from payments.books.tables import balance_line
from payments.settlement.reconcile import SettlementResult
from payments.settlement.tables import balance_check
from payments.stripe.objects import StripeObject
from tests.payments.settlement.account import DAY, HOUR, Account


def test_nothing_is_asked_before_the_first_gift(account: Account) -> None:
    """Whatever the account did before is not ours to read."""
    account.pay(9000)
    account.wait()

    assert account.reconciliation.settle() == SettlementResult()
    assert account.reconciliation.reconcile().rows == {}
    assert account.keys() == []


def test_what_was_there_before_our_time_opens_the_books(account: Account) -> None:
    """Pounds and euros of a shop; and then a gift."""
    account.pay(9000)
    account.pay(4000, "eur")
    account.wait(HOUR)
    before = account.theirs()
    account.give()
    account.wait()
    account.settle()

    assert account.balances("opening") == {code: -minor for code, minor in before.items()}
    assert account.ours()["GBP"] == before["GBP"] + 2442
    assert account.books.count(balance_line) == 1


def test_an_account_that_owed_stripe_opens_with_a_debt(account: Account) -> None:
    """The other way round."""
    account.do("line", category="fee", amount="-700")
    account.wait(HOUR)
    account.give()
    account.settle()

    assert account.entries("opening") == [("opening", "stripe", 700)]
    assert account.ours() == {"GBP": -700}


def test_the_books_are_opened_once(account: Account) -> None:
    """A difference that appears later is a difference, not an opening."""
    account.give()
    account.wait()
    account.settle()
    assert account.entries("opening") == []
    with account.twin.world.store.transaction():
        account.twin.world.store.execute("UPDATE holding SET net = net + 5")

    assert account.reconciliation.settle().agrees is False
    assert account.reconciliation.reconcile().settled.agrees is False
    assert account.entries("opening") == []
    pounds = sa.select(balance_check).where(balance_check.c.currency == "GBP")
    assert (account.row(pounds).ours_minor, account.row(pounds).theirs_minor) == (2442, 2447)


def test_a_new_account_has_no_opening(account: Account) -> None:
    """Zero writes no row."""
    account.give()
    account.settle()
    account.wait(DAY)
    account.settle()

    assert account.entries("opening") == []


def test_while_money_moves_nothing_is_compared_and_nothing_opened(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gift comes between every two looks at the balance: it is unchecked, not wrong."""
    account.pay(9000)
    account.wait(HOUR)
    account.give()
    account.wait()
    look = account.lists.balance

    def busy() -> StripeObject:
        account.give()
        account.wait()
        return look()

    monkeypatch.setattr(account.lists, "balance", busy)
    assert account.reconciliation.settle().agrees is None
    assert account.entries("opening") == []
    monkeypatch.setattr(account.lists, "balance", look)
    account.settle()
    assert len(account.entries("opening")) == 1
