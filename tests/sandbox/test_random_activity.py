"""Laws hold in any history, and one seed gives one history."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.random_activity import RandomActivity
from sandbox.replay import replay
from sandbox.soak import measure_payments, measure_renewals, stopped_twin
from tests.examples import examples
from tests.sandbox.laws import StatusHistories, everything, money_faults, schema_faults
from tests.speed import is_within

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("seed", range(4))
def test_random_activity_breaks_no_law(seed: int) -> None:
    """Two thousand events in all, many more in `soak laws`: balance, payouts, schemas, each object's transitions."""
    twin = stopped_twin(seed=seed)
    activity, histories, last = RandomActivity(twin, seed), StatusHistories(), 0
    while histories.events < examples(500):
        for _ in range(10):
            activity.step()
        new = everything(twin, last)
        last = twin.world.store.query("SELECT coalesce(max(seq), 0) FROM object")[0][0]
        assert list(histories.follow(new)) == []
        assert schema_faults(new) == []
        assert money_faults(twin) == []
    assert schema_faults(everything(twin)) == []
    twin.close()


def test_one_seed_is_one_history() -> None:
    """The same bytes in another process with another hash seed; another seed gives others."""
    here = hashlib.sha256(b"".join(replay(7, 40))).hexdigest()
    code = (
        "import hashlib; from sandbox.replay import replay; print(hashlib.sha256(b''.join(replay(7, 40))).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "12345"}, capture_output=True,
        text=True, check=True, timeout=120,
    )  # fmt: skip

    assert there.stdout.strip() == here
    assert hashlib.sha256(b"".join(replay(8, 40))).hexdigest() != here


def test_simulations_are_cheap(tmp_path: Path) -> None:
    """Short versions of the command `soak`: 400 payments a second, and a year of 1,000 subscriptions in half a minute.

    A third of that is enough here: so short, much of it is what has to be read and made once.
    """
    payments = measure_payments(600, tmp_path / "twin.db")
    renewals = measure_renewals(40, 365)

    assert is_within(payments.processor, payments.done / 133)
    assert is_within(renewals.processor, 90 * (40 / 1000))
    assert payments.grown < 20
