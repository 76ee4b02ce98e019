"""An account at the twin for each test: on SQLite, unless a test asks for both engines."""

import pytest

from tests.payments.settlement.conftest import account

__all__ = ["account"]


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own. Both engines: `@pytest.mark.parametrize("database_url", …, indirect)`."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
