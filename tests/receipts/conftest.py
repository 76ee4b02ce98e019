"""A printer takes a second and a half to start; one is enough."""

import pytest

from receipts.pdf import Printer
from tests.receipts.samples import PAGES


@pytest.fixture(scope="session")
def printer() -> Printer:
    """The printer of a live installation."""
    return Printer(PAGES)
