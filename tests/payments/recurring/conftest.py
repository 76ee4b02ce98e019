"""Books and a twin that delivers everything to them, on both engines."""

from collections.abc import Iterator

import pytest

from tests.payments.organisation_books import Books
from tests.payments.recurring.recurring_setup import RecurringSetup, open_recurring_setup


@pytest.fixture
def setup(books: Books) -> Iterator[RecurringSetup]:
    """Books with two campaigns, and a twin."""
    with open_recurring_setup(books) as opened:
        yield opened
