"""Books and a twin that tells them everything, on both engines."""

from collections.abc import Iterator

import pytest

from tests.payments.house import Books
from tests.payments.recurring.ground import Ground, ground


@pytest.fixture
def place(books: Books) -> Iterator[Ground]:
    """Two campaigns, and a Stripe of their own."""
    with ground(books) as made:
        yield made
