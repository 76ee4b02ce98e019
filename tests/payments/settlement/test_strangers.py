"""What versions before took for ours by a stranger's mark is taken out of clearing; a second run changes nothing."""

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa

from database.transactions import reading
from ledger.money import EUR, Money
from payments.books.tables import charge, waiting_fact
from payments.reading.happenings import Category
from proof.audit import audit_all
from tests.payments.sample_happenings import apply_happenings, charged, line, refunded
from tests.payments.settlement.account import DAY, HOUR, Account

STRANGERS = str(UUID(int=99))


def failed_checks(account: Account) -> list[str]:
    """The audit's checks that do not hold, hours later."""
    account.wait(12 * HOUR)
    with reading(account.books.engine) as conn:
        return [finding.name for finding in audit_all(conn, account.twin.now) if finding.has_failed]


def believed(account: Account) -> None:
    """What a version before kept of a stranger's payments: in pounds, in euros, and one that went back in part."""
    mark = {"marked": True}
    apply_happenings(
        account.books,
        charged("1", 2500, gift=STRANGERS),
        line("a", Category.PAYMENT, 2500, n="1", fee=58, **mark),
        charged("2", 3000, gift=STRANGERS, of=EUR),
        line("b", Category.PAYMENT, 2600, n="2", fee=70, original=Money(3000, EUR), **mark),
        charged("3", 4000, gift=STRANGERS),
        line("c", Category.PAYMENT, 4000, n="3", fee=80, **mark),
        refunded("a", "3", 1000),
        line("d", Category.REFUND, -1000, n="3", subject="re_a", **mark),
        cause="settle:before",
    )


def test_strangers_money_that_was_believed_ours_becomes_other_money(account: Account) -> None:
    """Our stripe account stays as it was, clearing and fx are empty, nothing waits, and the audit passes."""
    account.wait(5 * DAY)  # past the day of the sample happenings
    account.give(500)
    account.wait(2)
    account.deliver()
    account.settle()
    before = account.ours()
    believed(account)
    assert "old clearing" in failed_checks(account)
    assert account.reconciliation.reconcile().entries == {"not_ours": 5, "other": 4}

    assert account.ours() == {"GBP": before["GBP"] + 2500 - 58 + 2600 - 70 + 4000 - 80 - 1000}
    assert account.balances("other") == {"GBP": -(2500 + 2600 + 4000 - 1000)}
    assert (account.balances("clearing"), account.balances("fx"), account.uncleared()) == ({}, {}, {})
    assert account.books.count(waiting_fact) == 0
    assert failed_checks(account) == ["stripe balance"]  # the twin never held what was believed here
    assert account.reconciliation.reconcile().entries == {}
    with reading(account.books.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).where(charge.c.gift_hint == STRANGERS)) == 0


def test_what_comes_later_of_a_strangers_payment_is_other_money_too(account: Account) -> None:
    """A refund whose line no longer carries the mark."""
    account.give(500)
    account.wait(2)
    believed(account)
    account.reconciliation.reconcile()
    apply_happenings(
        account.books,
        refunded("b", "1", 500),
        line("e", Category.REFUND, -500, n="1", subject="re_b"),
    )

    assert account.balances("other") == {"GBP": -(2500 + 2600 + 4000 - 1000 - 500)}
    assert (account.uncleared(), account.books.count(waiting_fact)) == ({}, 0)


def test_our_own_gifts_stay_ours(account: Account) -> None:
    """A line may come before the fact that it settles: that is no stranger's."""
    gift = account.books.pledge()
    settled = line("a", Category.PAYMENT, 2500, n="1", fee=58, marked=True)
    apply_happenings(account.books, settled)
    account.reconciliation.reconcile()
    apply_happenings(account.books, charged("1", gift=gift.id), replace(settled, marked=True))
    account.reconciliation.reconcile()

    assert (account.balances("other"), account.uncleared()) == ({}, {})
    assert account.balances("gifts") == {"GBP": -2500}
