"""What benches and soaks have in common: a database on each engine, a look at the books, and how figures are told."""

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
    """A directory for a while, and the addresses of a SQLite file in it and of a durable PostgreSQL, both empty."""
    with tempfile.TemporaryDirectory(prefix=f"farthing-{purpose}-") as name, start_cluster(durable=True) as cluster:
        yield (
            Path(name),
            {"sqlite": f"sqlite:///{Path(name) / 'books.db'}", "postgresql": cluster.url(cluster.create())},
        )


def failed_findings(engine: Engine, clock: Clock = utc_now) -> list[str]:
    """What the audit of the books says is wrong."""
    with reading(engine) as conn:
        return [finding.name for finding in audit(conn, clock) if finding.has_failed]


def spread(found: Sequence[float], digits: int = 0) -> dict[str, float]:
    """The median of rounds, with the lowest and the highest."""
    named = {"median": statistics.median(found), "lowest": min(found), "highest": max(found)}
    return {name: round(figure, digits) for name, figure in named.items()}


def tell_one(engine: str, figures: Figures) -> None:
    """What a soak found on one engine, in one line, as soon as it is known."""
    typer.echo(f"{engine:>10}  " + ", ".join(f"{name} {value}" for name, value in figures.items()))


def tell_all(found: Mapping[str, object]) -> None:
    """What a bench measured, a line for each kind under each engine."""
    for engine, figures in found.items():
        typer.echo(engine)
        for kind, figure in figures.items() if isinstance(figures, Mapping) else ():
            typer.echo(f"  {kind:<12} {figure}")


def tell_json(found: Mapping[str, object]) -> None:
    """The same for machines."""
    typer.echo(json.dumps(found, indent=2))
