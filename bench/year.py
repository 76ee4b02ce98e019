"""`./farthing soak year`: each figure of the overview after a year of 100,000 gifts, beside a plain model's.

The suite plays a small year (`tests/books/test_simulated_year.py`). January and every other month is closed while the
year goes on; refunds and disputes of its gifts come later, and its report stays as it was, byte by byte.
"""

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from bench.reporting import print_json, print_table
from database.migrating import migrate
from tests.books.book_databases import SqliteBookDatabase, closing_database
from tests.treasury.overview_reference import reference_figures, shown_figures
from tests.treasury.simulated_year import STEPS, play_year


def main(
    gifts: Annotated[int, typer.Option(help="How many, about")] = 100_000,
    seed: int = 7,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Play the year and compare; the exit status is 1 where a figure differs."""
    with tempfile.TemporaryDirectory(prefix="farthing-soak-") as folder:
        path = Path(folder) / "migrated.db"
        migrate(f"sqlite:///{path}")
        with closing_database(SqliteBookDatabase(path)) as database:
            database.restore(database.empty)
            began = time.monotonic()
            year = play_year(database.engine, max(1, gifts // STEPS), seed)
            shown, reference = shown_figures(year), reference_figures(year)
            moved = [f"{month:%Y-%m}" for month, report in year.reports_again().items() if report != year.frozen[month]]
    differing = [name for name in reference if shown[name] != reference[name]]
    figures = {
        "gifts": len(year.simulation.gifts), "figures": len(reference), "differing": ", ".join(differing) or "none",
        "months closed": len(year.frozen), "reports that moved": ", ".join(moved) or "none",
        "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    (print_json if as_json else print_table)({"a year": figures})
    raise typer.Exit(1 if differing or moved else 0)


if __name__ == "__main__":
    typer.run(main)
