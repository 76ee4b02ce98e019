"""Strangers who hold on to a running Farthing stall nobody, for a second each: the long one is `soak stalls`."""

from pathlib import Path

from bench.stalls import farthing, measure_stall

MOST_MS = 3000  # busy processors run other tests beside this; the soak asks for 250


def test_nobody_is_kept_from_the_site(tmp_path: Path) -> None:
    """With silent sockets beyond its descriptors, and with heads that never end."""
    with farthing(tmp_path / "var") as (port, web):
        figures = [measure_stall(name, port, web, 0.3, 0.7) for name in ("silent sockets", "endless heads")]

    assert [stall.unanswered for stall in figures] == [0, 0]
    assert max(stall.p50_ms for stall in figures) < MOST_MS, figures
    assert max(stall.memory for stall in figures) < 400, figures
