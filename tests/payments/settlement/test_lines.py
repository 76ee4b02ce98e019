"""Every kind of line of the balance is booked once, and after each our balance is Stripe's."""

import pytest

from payments.books.tables import balance_line
from tests.payments.settlement.account import DAY, HOUR, Account


def test_a_gift_and_its_fee(account: Account) -> None:
    """£25, less 58p; what was reported and what the balance shows clear."""
    account.give()
    account.deliver()
    assert account.uncleared()
    account.wait()
    account.settle()

    assert account.ours() == {"GBP": 2442}
    assert account.uncleared() == {}
    assert account.entries("fee") == [("fees", "stripe", 29)] * 2  # half for each campaign


def test_a_gift_whose_line_is_read_before_any_delivery(account: Account) -> None:
    """The line's own charge is enough for the gift; the delivery that comes later changes nothing."""
    account.give()
    account.wait()
    account.settle()
    before = account.keys()
    account.deliver()

    assert account.keys() == before
    assert account.uncleared() == {}
    assert account.balances("gifts") == {"GBP": -2500}


def test_a_refund_takes_the_gift_but_not_the_fee_back(account: Account) -> None:
    """£10 of £25, from both campaigns."""
    charge = account.give()
    account.wait()
    account.settle()
    account.ask("POST", "/v1/refunds", charge=charge["id"], amount=1000)
    account.deliver()
    account.settle()

    assert account.ours() == {"GBP": 1442}
    assert account.entries("refund") == [("refunds", "clearing", 500), ("refunds", "clearing", 500)]
    assert account.uncleared() == {}


def test_a_refund_made_in_stripes_dashboard_needs_no_webhook(account: Account) -> None:
    """Its line reports it; only its event reports that it fails two days later."""
    charge = account.give(card="4000000000005126")
    account.give(4000)
    account.wait()
    account.settle()
    refund = account.ask("POST", "/v1/refunds", charge=charge["id"])
    account.lose_deliveries()
    account.settle()
    assert account.balances("refunds") == {"GBP": 2500}

    account.wait(3 * DAY)
    account.settle()
    assert account.uncleared() == {refund["id"]: -2500}  # the balance has it again; the reason is not reported
    account.deliver()
    assert account.uncleared() == {}
    assert account.balances("refunds") == {}


@pytest.mark.parametrize("delivered", [True, False], ids=["delivered", "lost"])
def test_a_dispute_that_is_won(account: Account, delivered: bool) -> None:
    """Money and £20 go, and come back, each in a line of its own."""
    account.give(card="4000000000000259")
    account.wait(2 * HOUR)
    account.deliver() if delivered else account.lose_deliveries()
    account.settle()
    assert account.ours() == {"GBP": 2442 - 4500}
    assert account.balances("dispute_losses") == {"GBP": 2500}
    assert account.balances("dispute_fees") == {"GBP": 2000}

    dispute = account.ask("GET", "/v1/disputes")["data"][0]["id"]
    account.do("dispute", dispute=dispute, verdict="won")
    account.settle()
    assert account.ours() == {"GBP": 2442}
    assert account.balances("dispute_losses") == account.balances("dispute_fees") == account.uncleared() == {}


@pytest.mark.parametrize("code", ["usd", "jpy", "sek"])
def test_another_currency_goes_through_fx(account: Account, code: str) -> None:
    """Out of clearing in the donor's currency, into the balance in ours; the rate is nowhere."""
    charge = account.give(3000, code)
    account.wait()
    account.settle()
    line = account.ask("GET", "/v1/balance_transactions")["data"][0]

    assert line["currency"] == "gbp"
    assert account.balances("fx") == {code.upper(): 3000, "GBP": -line["amount"]}
    assert account.uncleared() == {}
    account.ask("POST", "/v1/refunds", charge=charge["id"], amount=1000)
    account.settle()
    assert account.balances("refunds") == {code.upper(): 1000}
    assert account.balances("fx")[code.upper()] == 2000
    assert account.uncleared() == {}


def test_a_currency_that_the_account_holds_is_not_exchanged(account: Account) -> None:
    """Euros stay euros."""
    account.give(3000, "eur")
    account.wait()
    account.settle()

    assert set(account.ours()) == {"EUR"}
    assert account.balances("fx") == {}


def test_money_that_is_not_ours_is_booked_to_other(account: Account) -> None:
    """A mug from the shop, a part of it given back, a paper that comes monthly: no gift, no receipt, and yet true."""
    account.give()
    mug = account.pay(1200)
    account.pay_monthly(700)
    account.wait(HOUR)
    account.deliver()
    account.settle()
    account.ask("POST", "/v1/refunds", charge=mug["id"], amount=200)
    account.deliver()
    account.settle()

    assert account.balances("other") == {"GBP": -(1200 + 700 - 200)}
    assert account.balances("gifts") == {"GBP": -2500}
    assert account.balances("refunds") == account.uncleared() == {}


@pytest.mark.parametrize(
    ("category", "amount", "account_of"),
    [
        ("fee", -350, "fees"), ("tax", -70, "fees"), ("network_cost", -12, "fees"),
        ("risk_reserved_funds", -5000, "adjustments"), ("other_adjustment", 33, "adjustments"),
        ("topup", 10_000, "bank"), ("transfer", -400, "other"), ("a_thing_of_2031", 77, "suspense"),
    ],
)  # fmt: skip
def test_the_accounts_own_lines(account: Account, category: str, amount: int, account_of: str) -> None:
    """Stripe's own fees, reserves, and what nobody knows yet: each in its place, and nothing is missing."""
    account.give()
    account.wait()
    account.do("line", category=category, amount=str(amount))
    account.settle()

    fee = 58 if account_of == "fees" else 0
    assert account.balances(account_of) == {"GBP": fee - amount}


def test_a_line_is_booked_once_however_often_it_is_read(account: Account) -> None:
    """By settlements, one after the other."""
    account.give()
    account.wait()
    account.settle()
    before = account.keys()
    for _ in range(3):
        account.settle()

    assert account.keys() == before
    assert account.row(balance_line).ours


def test_a_debit_counts_when_its_money_is_confirmed_and_not_when_it_fails_later(account: Account) -> None:
    """Four days; the bank takes it back after six."""
    charge = account.give(card="00012345")
    account.deliver()
    account.wait()
    account.settle()
    assert account.balances("gifts") == {}
    account.wait(5 * DAY)
    account.deliver()
    account.settle()
    assert account.balances("gifts") == {"GBP": -2500}
    assert account.uncleared() == {}

    account.do("fail-charge", charge=charge["id"])
    account.settle()
    account.deliver()
    assert account.balances("refunds") == {"GBP": 2500}
    assert account.uncleared() == {}
