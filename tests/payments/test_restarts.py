"""Several webs, restarted and killed under a stream of deliveries: nothing that was answered is lost."""

from pathlib import Path

from bench.restarts import RestartFigures, disturb
from tests.postgres import start_cluster


def test_a_rolling_restart_a_power_cut_and_the_death_of_whoever_has_the_books(tmp_path: Path) -> None:
    """One of each, through PgBouncer; more of them, and directly too: ./farthing soak restarts."""
    with start_cluster(durable=True) as cluster:
        figures = disturb(cluster, tmp_path, RestartFigures(1, 1, 1), pooled=True, count=2)
    assert figures.acknowledged > 0
    assert (figures.lost, figures.doubled_pence, figures.audit_failures) == (0, 0, 0)
