"""`./farthing soak witness`: the digests of every story's and 200 histories' books, compared with the kept ones.

Every story and history is played into both databases. `--write` keeps what was taken, if both agree.
`--show NAME` prints the lines behind the digests of one story or history: run it on two versions, and compare.
"""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from bench.book_processes import DATABASES, book_processes
from tests.books.witness import (
    FILE,
    NAMES,
    Digests,
    Readings,
    differences,
    read_books,
    read_kept,
    take_digests,
    write_kept,
)


def take(name: str) -> dict[str, Digests]:
    """In one of the processes: digests by engine."""
    return take_digests(name, list(DATABASES.values()))


def show(name: str) -> dict[str, Readings]:
    """In one of the processes: the lines by engine."""
    return read_books(name, list(DATABASES.values()))


def compare(kept: Mapping[str, Digests], taken: Mapping[str, Mapping[str, Digests]]) -> list[str]:
    """Every digest that is not the kept one, and every name in the file that is no story's or history's."""
    unplayed = [f"{name} is kept, and no story or history has this name" for name in kept if name not in NAMES]
    return unplayed + [line for name, by_engine in taken.items() for line in differences(name, kept, by_engine)]


def main(
    write: Annotated[bool, typer.Option("--write", help="Keep these digests from now on.")] = False,
    show_name: Annotated[str, typer.Option("--show", help="Print what one story or history is digested from.")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Compare with the file, or write it; exit 1 when anything differs."""
    if show_name and show_name not in NAMES:
        raise typer.BadParameter(f"no story or history has the name {show_name}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="farthing-witness-") as directory, book_processes(Path(directory)) as pool:
        if show_name:
            typer.echo("\n".join(_in_lines(pool.submit(show, show_name).result())))
            raise typer.Exit
        playing = {name: pool.submit(take, name) for name in NAMES}
        failed = [f"{name} failed: {error!r}" for name, played in playing.items() if (error := played.exception())]
        taken = {name: played.result() for name, played in playing.items() if not played.exception()}
    of_sqlite = {name: by_engine["sqlite"] for name, by_engine in taken.items()}
    kept = of_sqlite if write else read_kept()  # when written, the databases are compared with each other
    wrong = failed + compare(kept, taken)
    if write and not wrong:
        write_kept(of_sqlite)
    figures = {"seconds": round(time.monotonic() - began), "played": len(taken), "differences": wrong}
    typer.echo(json.dumps(figures, indent=2) if as_json else "\n".join(_in_words(figures, wrong, write)))
    raise typer.Exit(bool(wrong))


def _in_lines(readings: Mapping[str, Readings]) -> Iterator[str]:
    for engine, aspects in readings.items():
        for aspect, lines in aspects.items():
            yield f"=== {engine}: {aspect}"
            yield from lines


def _in_words(figures: Mapping[str, object], wrong: list[str], write: bool) -> Iterator[str]:
    yield from wrong
    yield f"{figures['played']} played on both databases in {figures['seconds']} s, {len(wrong)} differences"
    if write:
        yield f"{FILE.name} was not written: see above" if wrong else f"{FILE.name} was written"


if __name__ == "__main__":
    typer.run(main)
