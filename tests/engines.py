"""Which databases a test runs on: both, unless it says that it is no matter of the database."""

import pytest

# Many examples of a rule that Python alone decides. That its pages work on both is shown by the tests around it.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
