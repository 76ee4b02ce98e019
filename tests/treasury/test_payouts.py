"""A payout is a posting: the bank line is what each campaign brought, less fees and refunds, to the penny."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Engine

from ledger.money import GBP, Money
from payments.books.payout_views import PayoutLine
from payments.reading.happenings import Category
from tests.clock import FixedClock
from tests.proof.books import Desk
from tests.proof.settled_books import everything
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.payouts.posting import posting
from treasury.routes import treasury_routes
from web.errors import install_errors

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONEY = some.integers(-10_000, 10_000).map(lambda minor: Money(minor, GBP))


def line(gross: Money, fee: Money, weights: dict[int, int], category: Category = Category.PAYMENT) -> PayoutLine:
    """A line of these amounts, whose fee the first campaign pays to a penny."""
    first, *others = sorted(weights) or [0]
    parts = dict.fromkeys(others, 1) | {first: fee.minor - len(others)}
    fees = tuple(parts.items()) if fee else ()
    return PayoutLine("txn", category, gross, fee, NOON, "pi", None, "", tuple(sorted(weights.items())), fees)


LINES = some.builds(
    line, MONEY, MONEY, some.dictionaries(some.integers(1, 4), some.integers(1, 99), max_size=3),
    some.sampled_from([Category.PAYMENT, Category.REFUND, Category.DISPUTE, Category.STRIPE_FEE, Category.OTHER]),
)  # fmt: skip


@given(some.lists(LINES, max_size=12), MONEY)
def test_nothing_is_lost_between_the_lines_and_the_campaigns(lines: list[PayoutLine], amount: Money) -> None:
    """Whatever is inside: the rows add up to the lines, and what is not explained is said."""
    posted = posting(amount, lines)
    nothing = Money(0, GBP)
    assert sum((row.net for row in posted.rows), start=nothing) == posted.total.net
    assert posted.total.net == sum((each.net for each in lines), start=nothing)
    assert posted.total.net + posted.unexplained == amount
    assert posted.total.fees == sum((each.fee for each in lines), start=nothing)
    assert posted.total.gross == sum((each.gross for each in lines), start=nothing)


def test_a_shared_gift_and_its_refund_are_split_as_the_gift_is_and_the_fee_as_it_is_booked() -> None:
    """Largest remainder, as everywhere."""
    shared = {1: 2000, 2: 500}
    gift = line(Money(2500, GBP), Money(58, GBP), shared)
    refund = line(Money(-500, GBP), Money(0, GBP), shared, Category.REFUND)
    fee = line(Money(-100, GBP), Money(0, GBP), {}, Category.STRIPE_FEE)
    posted = posting(Money(1842, GBP), [gift, refund, fee])
    figures = [
        (row.campaign, row.given.minor, row.given_back.minor, row.fees.minor, row.other.minor) for row in posted.rows
    ]
    assert figures == [(1, 2000, 400, 57, 0), (2, 500, 100, 1, 0), (0, 0, 0, 0, -100)]
    assert (posted.total.net.minor, posted.unexplained.minor) == (1842, 0)


@pytest.fixture
def treasurer(engine: Engine, clock: FixedClock, desk: Desk) -> TestClient:
    """Ada, over the whole way of one gift: £25, 58p, a refund of £10, a payout of £14.42."""
    site, app = pages("test", "http://127.0.0.1"), FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    everything(desk)
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    sign_in_as(client, engine, clock())
    return client


def test_the_page_says_what_the_treasurer_types_into_her_books(treasurer: TestClient) -> None:
    """And its file has amounts as numbers; a payout that is not there is not found."""
    page = treasurer.get("/desk/payouts/po_1").text
    for amount in ("£14.42", "£25.00", "£10.00", "£0.58"):
        assert amount in page
    assert ("not explained" in page, "Donor 1" in page) == (False, True)
    heading, gift, refund = list(csv.reader(StringIO(treasurer.get("/desk/payouts/po_1.csv").text.lstrip("\ufeff"))))
    assert "No campaign" not in page  # the fee is the campaign's
    assert (heading[0], gift[4:7], refund[1], refund[6]) == ("Day", ["25.00", "0.58", "24.42"], "Refund", "-10.00")
    assert treasurer.get("/desk/payouts/po_2").status_code == 404
