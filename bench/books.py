"""`./farthing soak books`: every order of six deliveries of every story, and thousands of random histories.

All of it on both engines, each time compared with the model to the penny, and the canonical exports with each
other. The suite runs a short version of the same (`tests/books/`).
"""

import json
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from bench.book_processes import DATABASES, PROCESSES, book_processes
from tests.books.histories import play_history
from tests.books.product_books import delivery_orders, exports_after
from tests.books.scenarios import SCENARIOS
from tests.books.simulation import simulate

ORDERS_AT_ONCE, SEEDS_AT_ONCE = 120, 5
ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Orders:
    """Some orders of a story's deliveries, on one engine."""

    story: str
    engine: str
    first: int
    permuted: int


@dataclass(frozen=True)
class Histories:
    """Some seeds of random histories, on both engines."""

    seeds: range
    longest: int


@dataclass
class SoakResult:
    """Counts, and what was wrong. `exports` are digests, by story: one for each story, if all is well."""

    orders: int = 0
    histories: int = 0
    events: int = 0
    entries: int = 0
    recovered: int = 0
    exports: dict[str, set[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, other: "SoakResult") -> None:
        """Add another result to this one."""
        for name in ("orders", "histories", "events", "entries", "recovered"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for story, digests in other.exports.items():
            self.exports.setdefault(story, set()).update(digests)
        self.faults += other.faults

    def wrong(self) -> list[str]:
        """Every fault, and every story that ended in more than one kind of books."""
        several = [story for story, digests in self.exports.items() if len(digests) != 1]
        return self.faults + [f"{story} ends in {len(self.exports[story])} different exports" for story in several]


def play(task: Orders | Histories) -> SoakResult:
    """One task, in one of the processes."""
    return play_orders(task) if isinstance(task, Orders) else play_histories(task)


def play_orders(task: Orders) -> SoakResult:
    """Play the story in each of these orders."""
    scenario, result = SCENARIOS[task.story], SoakResult()
    digests: set[str] = result.exports.setdefault(task.story, set())
    with simulate() as simulation:
        for _ in scenario.story(simulation):
            pass
        every = delivery_orders(scenario, simulation.deliveries(), task.permuted)
        orders = islice(every, task.first, task.first + ORDERS_AT_ONCE)
        try:
            for export in exports_after(orders, DATABASES[task.engine], simulation):
                digests.add(sha256("\n".join(export).encode()).hexdigest())
                result.orders += 1
        except AssertionError as error:
            result.faults.append(f"{task.story} on {task.engine}: {error}")
    return result


def play_histories(task: Histories) -> SoakResult:
    """Each seed has a length of its own, up to the longest."""
    result = SoakResult()
    for seed in task.seeds:
        try:
            played = play_history(seed, Random(seed).randint(20, task.longest), list(DATABASES.values()))
        except (AssertionError, RuntimeError, LookupError) as error:  # noted; the other seeds are played all the same
            where = traceback.extract_tb(error.__traceback__)[-1]
            result.faults.append(f"history {seed}: {type(error).__name__} in {where.name}: {error}")
            continue
        result.add(SoakResult(0, 1, played.events, played.entries, played.recovered))
    return result


def tasks(permuted: int, histories: int, first_seed: int, longest: int) -> Iterator[Orders | Histories]:
    """Histories and orders in turn, so that a short run has something of both."""
    of_histories = iter(range(first_seed, first_seed + histories, SEEDS_AT_ONCE))
    of_orders = _orders(permuted)
    for _ in count():
        history, order = next(of_histories, None), next(of_orders, None)
        if history is None and order is None:
            return
        if history is not None:
            yield Histories(range(history, min(history + SEEDS_AT_ONCE, first_seed + histories)), longest)
        if order is not None:
            yield order


def _orders(permuted: int) -> Iterator[Orders]:
    for story, scenario in SCENARIOS.items():
        with simulate() as simulation:
            for _ in scenario.story(simulation):
                pass
            orders = sum(1 for _ in delivery_orders(scenario, simulation.deliveries(), permuted))
        for engine in ENGINES:
            for first in range(0, orders, ORDERS_AT_ONCE):
                yield Orders(story, engine, first, permuted)


def soak(todo: Iterator[Orders | Histories], seconds: float, directory: Path, *, verbose: bool) -> SoakResult:
    """Play for so long, in two processes."""
    result, deadline = SoakResult(), time.monotonic() + seconds
    with book_processes(directory) as pool:
        playing: set[Future[SoakResult]] = set()
        while playing or time.monotonic() < deadline:
            new = islice(todo, 2 * PROCESSES - len(playing)) if time.monotonic() < deadline else ()
            playing |= {pool.submit(play, task) for task in new}
            if not playing:
                break
            done, playing = wait(playing, return_when=FIRST_COMPLETED)
            for future in done:
                result.add(future.result())
                if verbose:
                    _print_progress(result, future.result().faults)
    return result


def _print_progress(result: SoakResult, faults: Sequence[str]) -> None:
    """Print the counts until now, and the newest faults, because a soak takes hours."""
    for fault in faults:
        typer.echo(fault)
    typer.echo(f"{result.orders} orders, {result.histories} histories, {len(result.wrong())} faults")


def report(result: SoakResult, seconds: float) -> dict[str, object]:
    """The figures as JSON has them."""
    return {
        "seconds": round(seconds),
        "stories": len(result.exports),
        "orders": result.orders,
        "histories": result.histories,
        "events": result.events,
        "entries": result.entries,
        "recovered": result.recovered,
        "faults": result.wrong(),
    }


def main(
    histories: int = 2000,
    permuted: int = 6,
    seconds: float = 10_800,
    first_seed: int = 10_000,
    longest: int = 500,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """So many random histories, and every order of so many deliveries; for so many seconds at most."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="farthing-soak-") as name:
        result = soak(tasks(permuted, histories, first_seed, longest), seconds, Path(name), verbose=not as_json)
    figures = report(result, time.monotonic() - began)
    typer.echo(json.dumps(figures, indent=2) if as_json else _in_words(figures, result.wrong()))
    raise typer.Exit(bool(result.wrong()) or not result.orders + result.histories)


def _in_words(figures: dict[str, object], faults: Sequence[str]) -> str:
    line = ", ".join(f"{value} {name}" for name, value in figures.items() if name != "faults")
    return "\n".join([f"{line}, {len(faults)} faults", *faults])


if __name__ == "__main__":
    typer.run(main)
