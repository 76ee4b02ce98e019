"""No request makes the twin answer a 5xx, and none leaves a task that fails later."""

import pytest

from sandbox.soak import stopped_twin
from tests.sandbox.laws import everything, money_faults, schema_faults
from tests.sandbox.strange_forms import StrangeForms


@pytest.mark.parametrize("seed", range(2))
def test_strange_forms_are_answered(seed: int) -> None:
    """A short version of `python -m tests.sandbox.strange_forms --forms 10000`."""
    twin = stopped_twin(seed=seed)
    forms = StrangeForms(twin, seed)

    assert forms.send(500) == []
    assert forms.failed_tasks(days=20) == []
    assert money_faults(twin) == []
    assert schema_faults(everything(twin)) == []
    twin.close()
