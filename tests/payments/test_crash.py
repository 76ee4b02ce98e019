"""kill -9 at random moments under load: nothing that was answered is lost, nothing counts twice."""

from pathlib import Path

import pytest

from bench.crash import crash
from tests.postgres import Cluster, start_cluster

CYCLES = 3  # twenty of them: ./farthing soak crash


def test_a_killed_web_has_lost_nothing_on_sqlite(tmp_path: Path) -> None:
    """Durable settings, the whole web, a stream of deliveries."""
    figures = crash(f"sqlite:///{tmp_path / 'crash.db'}", CYCLES, tmp_path)
    assert figures.acknowledged > 0
    assert (figures.lost, figures.doubled_pence) == (0, 0)


def test_a_killed_web_has_lost_nothing_on_postgresql(durable: Cluster, tmp_path: Path) -> None:
    """The same on the other engine."""
    figures = crash(durable.url(durable.create()), CYCLES, tmp_path)
    assert figures.acknowledged > 0
    assert (figures.lost, figures.doubled_pence) == (0, 0)


@pytest.fixture
def durable() -> object:
    """A cluster with fsync on, as production has it."""
    with start_cluster(durable=True) as cluster:
        yield cluster
