"""A surge, for a few seconds: the long one is `./farthing soak surge`."""

from pathlib import Path

from bench.surge import SurgeFigures, surge
from tests.postgres import start_cluster

GIFTS_A_SECOND, SECONDS = 100, 3.0
MOST_MS = 5000  # busy processors run other tests beside this; the soak asks for 250


def is_in_time(figures: SurgeFigures) -> bool:
    """Every delivery was taken, in time, and the books are right."""
    return (figures.refused, figures.audit_failures) == (0, 0) and figures.p99_ms < MOST_MS


def test_a_surge_is_taken_whole_on_sqlite(tmp_path: Path) -> None:
    """Three messages a gift; the books are compared to the penny within."""
    figures = surge(f"sqlite:///{tmp_path / 'surge.db'}", tmp_path, GIFTS_A_SECOND, SECONDS)
    assert is_in_time(figures), figures
    assert figures.deliveries == GIFTS_A_SECOND * SECONDS * 3


def test_a_surge_is_taken_whole_on_postgresql(tmp_path: Path) -> None:
    """The same on the other engine, as durable as production."""
    with start_cluster(durable=True) as cluster:
        figures = surge(cluster.url(cluster.create()), tmp_path, GIFTS_A_SECOND, SECONDS)
    assert is_in_time(figures), figures
