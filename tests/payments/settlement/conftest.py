"""An account at the twin for each test, over HTTP, on both engines; its clock stands still until it is advanced."""

from collections.abc import Iterator

import pytest

from payments.stripe.lists import StripeLists
from sandbox.twin import open_twin
from tests.payments.organisation_books import Books
from tests.payments.settlement.account import Account, KeptDeliveries
from tests.sandbox.loopback import KEY, START, served, settings


@pytest.fixture
def account(books: Books) -> Iterator[Account]:
    """A twin whose letters are kept in a kept."""
    kept = KeptDeliveries()
    twin = open_twin(settings("https://endpoint.invalid/webhooks"), sender=kept)
    twin.world.clock.set(START)
    with served(twin) as url:
        yield Account(twin, kept, books, StripeLists(KEY, api_base=url))
    failed = twin.world.tasks.failed()
    twin.close()
    assert failed == []
