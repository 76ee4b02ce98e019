"""A donor's own pages, beside books with gifts."""

from collections.abc import Iterator

import pytest

from tests.clock import FixedClock
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.own.own_site import OwnSite, open_own_site
from tests.payments.recurring.conftest import setup

__all__ = ["setup"]


@pytest.fixture
def site(books: Books) -> Iterator[OwnSite]:
    """One donor, who has given £25."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    with open_own_site(books.engine, FixedClock(NOON)) as opened:
        yield opened
