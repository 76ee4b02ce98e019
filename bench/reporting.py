"""What benches and soaks share: a database on each engine, the audit of the books, and printing figures."""

import json
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from sqlalchemy import Engine

from database.instants import Clock, utc_now
from database.transactions import reading
from ledger.audit import audit
from tests.postgres import start_cluster

Figures = Mapping[str, object]


@contextmanager
def two_databases(purpose: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """A temporary directory, and the addresses of two empty databases: SQLite in it, and a durable PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix=f"farthing-{purpose}-") as name, start_cluster(durable=True) as cluster:
        yield (
            Path(name),
            {"sqlite": f"sqlite:///{Path(name) / 'books.db'}", "postgresql": cluster.url(cluster.create())},
        )


def failed_findings(engine: Engine, clock: Clock = utc_now) -> list[str]:
    """The names of the audit's findings that failed."""
    with reading(engine) as conn:
        return [finding.name for finding in audit(conn, clock) if finding.has_failed]


def spread(rounds: Sequence[float], digits: int = 0) -> dict[str, float]:
    """The median of rounds, with the lowest and the highest."""
    named = {"median": statistics.median(rounds), "lowest": min(rounds), "highest": max(rounds)}
    return {name: round(figure, digits) for name, figure in named.items()}


def print_line(engine: str, figures: Figures) -> None:
    """Print a soak's figures on one engine in a line, as soon as they are known."""
    typer.echo(f"{engine:>10}  " + ", ".join(f"{name} {value}" for name, value in figures.items()))


def print_table(by_engine: Mapping[str, object]) -> None:
    """Print a bench's figures: under each engine a line for each kind."""
    for engine, figures in by_engine.items():
        typer.echo(engine)
        for kind, figure in figures.items() if isinstance(figures, Mapping) else ():
            typer.echo(f"  {kind:<12} {figure}")


def print_json(by_engine: Mapping[str, object]) -> None:
    """Print the figures for machines."""
    typer.echo(json.dumps(by_engine, indent=2))
