"""Supporters whom Stripe has already: listed, adopted, and their next instalments are gifts."""

import pytest
import sqlalchemy as sa

from database.transactions import reading, writing
from payments.adopting.jobs import SupporterFinder
from payments.adopting.store import adopt_supporter, leave_supporter, waiting_supporters
from payments.adopting.supporter import Supporter
from payments.adopting.tables import supporter
from payments.gifts.gift import Share
from payments.gifts.recurring import Interval, RecurringState
from payments.gifts.recurring_store import recurring_of_subscription
from payments.gifts.tables import gift
from payments.settlement.subscriptions import SubscriptionStatuses
from payments.stripe.subscriptions import RecurringGateway
from tests.payments.conftest import LONDON
from tests.payments.messages import MARK
from tests.payments.settlement.account import DAY, Account
from tests.payments.settlement.conftest import account
from tests.sandbox.loopback import KEY

__all__ = ["account"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The table is guarded on both engines (tests/database)."""
    return sqlite_url


def finder(account: Account) -> SupporterFinder:
    """What the worker looks with."""
    return SupporterFinder(account.books.engine, account.lists, gateway(account), account.twin.now, MARK)


def gateway(account: Account) -> RecurringGateway:
    """Our gateway, with the twin as Stripe."""
    return RecurringGateway(KEY, api_base=account.twin.world.settings.public_url)


def waiting(account: Account) -> list[Supporter]:
    """Those that nobody has decided about."""
    with reading(account.books.engine) as conn:
        return waiting_supporters(conn, 10)


def received(account: Account) -> list[int]:
    """The amounts of the gifts that have come."""
    with reading(account.books.engine) as conn:
        return list(conn.scalars(sa.select(gift.c.amount_minor).where(gift.c.state == "received")))


def adopt(account: Account) -> str:
    """Adopt the only one, for the first campaign, and mark it at Stripe, twice."""
    [found] = waiting(account)
    with writing(account.books.engine) as conn:
        adopt_supporter(conn, found, (Share(0, 1, 1),), account.twin.now())
    for _ in range(2):
        finder(account).mark(found.subscription)
    SubscriptionStatuses(
        account.books.engine, account.lists, gateway(account), account.twin.now, LONDON
    ).fetch(found.subscription)  # fmt: skip
    return found.subscription


def test_its_next_instalments_are_gifts_and_nothing_is_charged_anew(account: Account) -> None:
    """What was paid before stays other money; a month later one gift comes, of its amount and to its campaign."""
    account.pay_monthly(1200)
    account.deliver()
    finder(account).find()
    finder(account).find()
    [found] = waiting(account)
    assert (found.amount.minor, found.interval) == (1200, Interval.MONTH)

    charges = len(account.ask("GET", "/v1/charges")["data"])
    subscription = adopt(account)
    assert (len(account.ask("GET", "/v1/charges")["data"]), waiting(account), received(account)) == (charges, [], [])
    with reading(account.books.engine) as conn:
        recurring = recurring_of_subscription(conn, subscription)
    assert recurring is not None
    assert recurring.state is RecurringState.ACTIVE

    account.wait(33 * DAY)
    account.deliver()
    assert (received(account), account.books.raised(1), account.books.dead_letters()) == ([1200], 1200, [])
    account.settle()


def test_ours_and_those_that_were_decided_about_are_not_listed(account: Account) -> None:
    """A recurring gift of ours is none; one that was left is not found again, and its payer's name goes."""
    account.give_monthly()
    account.pay_monthly(1200)
    account.deliver()
    finder(account).find()
    [found] = waiting(account)
    with writing(account.books.engine) as conn:
        leave_supporter(conn, found.subscription, account.twin.now())
    finder(account).find()
    assert waiting(account) == []
    with reading(account.books.engine) as conn:
        assert conn.execute(sa.select(supporter.c.donor_name, supporter.c.donor_email)).all() == [("", "")]
