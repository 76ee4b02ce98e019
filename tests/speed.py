"""Limits of processor time that are meant of a quiet machine, and hold on a slow or busy one.

A processor that is shared does less in each of its seconds. What took too long is therefore compared with a fixed
piece of work that is done right after it: the limit grows by as much as that piece is slower than it was where the
limits were set.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

PIECE = 400_000  # additions
PIECE_SECONDS = 0.03  # that they took where the limits were set


def is_within(taken: float, limit: float) -> bool:
    """Whether something that took so many processor seconds would have kept the limit on a quiet machine."""
    return taken < limit or taken < limit * _slowness()


@contextmanager
def within(limit: float, what: str = "it") -> Iterator[None]:
    """Fails if the block takes more processor seconds than the limit allows here and now."""
    started = time.process_time()
    yield
    taken = time.process_time() - started
    assert is_within(taken, limit), f"{what} took {taken:.2f} s of the processor, not {limit}"


def _slowness() -> float:
    """By how much the slowest of five pieces is slower than it was; a machine that is quicker has the same limits."""
    return max(1.0, *(_piece_seconds() / PIECE_SECONDS for _ in range(5)))


def _piece_seconds() -> float:
    started, total = time.process_time(), 0
    for number in range(PIECE):
        total += number * number % 7
    return time.process_time() - started
