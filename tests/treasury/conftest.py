"""A desk with books behind it, on both engines."""

import pytest
from sqlalchemy import Engine

from tests.proof.books import Desk, open_desk


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Empty books with two campaigns."""
    return open_desk(engine)
