"""The command `receipts statements`: the statements of a year, or receipts for it, made and sent."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from sqlalchemy.engine import Engine

from called_as import CommandConsole
from database.instants import Clock
from database.transactions import reading
from payments.statements.archive import zip_of_documents
from payments.statements.issuing import issue_statements
from payments.statements.jobs import unprinted_of_span
from payments.statements.views import StatementSpan, numbers_of_span, progress_of_span
from receipts.document import DocumentIssuer
from receipts.legal_forms import MissingFact
from receipts.statement import StatementKind, year_from

VarDir = Annotated[Path | None, typer.Option(help="Where SQLite files and sandbox keys are kept.")]
OfYear = Annotated[
    int, typer.Option("--year", min=2000, max=2998, help="The year; of one that begins later, its first.")
]
Begins = Annotated[str, typer.Option(help="The month and day on which a year begins, such as 04-06.")]
AsReceipts = Annotated[bool, typer.Option("--as-receipts", help="One receipt for the year instead of a statement.")]
ZipFile = Annotated[Path | None, typer.Option("--zip", help="Then write all of them into this file, for posting.")]
_DAY = re.compile(r"([01][0-9])-([0-3][0-9])")

out = CommandConsole(highlight=False, soft_wrap=True)
complain = CommandConsole(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class StatementPorts:
    """What the command works with."""

    engine: Engine
    issuer: DocumentIssuer
    clock: Clock


OpenedForStatements = Callable[[Path | None], AbstractContextManager[StatementPorts]]


def add_statement_command(receipts: typer.Typer, opened: OpenedForStatements) -> None:
    """Add the command to those about receipts."""

    @receipts.command("statements")
    def statements(
        year: OfYear,
        begins: Begins = "01-01",
        as_receipts: AsReceipts = False,
        file: ZipFile = None,
        var_dir: VarDir = None,
    ) -> None:
        """Make what is missing of a year's statements; the worker prints and mails them. Twice makes none twice."""
        span = _span(year, begins, StatementKind.CONSOLIDATED if as_receipts else StatementKind.YEARLY)
        if file is not None and file.exists():
            raise typer.BadParameter(f"{file} is there already. Nothing was made.")
        with opened(var_dir) as ports:
            lacking = _issue(ports, span)
            _say_lacking(lacking)
            with reading(ports.engine) as conn:
                so_far = progress_of_span(conn, span)
            out.print(
                f"{so_far.people} people gave. Statements: {so_far.issued} issued, {so_far.printed} printed,"
                f" {so_far.mailed} mailed."
            )
            if file is not None:
                _write(ports, span, file, is_whole=so_far.printed == so_far.issued)


def _span(year: int, begins: str, kind: StatementKind) -> StatementSpan:
    day = _DAY.fullmatch(begins)
    try:
        if day is None:
            raise ValueError("a day is written as month and day, such as 04-06")
        first, last = year_from(date(year, int(day[1]), int(day[2])))
    except ValueError as mistake:
        raise typer.BadParameter(f"--begins {begins}: {mistake}. Nothing was made.") from None
    return StatementSpan(kind, first, last)


def _say_lacking(lacking: Mapping[str, Sequence[MissingFact]]) -> None:
    if lacking:
        facts = " and ".join(dict.fromkeys(fact for missing in lacking.values() for fact in missing))
        complain.print(f"{len(lacking)} were not issued: the law asks for {facts}. Enter it, and run this again.")
        for donor_id, missing in sorted(lacking.items()):
            complain.print(f"  donor {donor_id}: {' and '.join(missing)}")


def _issue(ports: StatementPorts, span: StatementSpan) -> Mapping[str, Sequence[MissingFact]]:
    lacking: Mapping[str, Sequence[MissingFact]] = {}
    with Progress(console=complain, transient=True) as progress:
        task = progress.add_task("statements", total=None)
        for so_far in issue_statements(ports.engine, span, ports.issuer, ports.clock):
            progress.update(task, completed=so_far.done, total=so_far.people)
            lacking = so_far.lacking
    return lacking


def _write(ports: StatementPorts, span: StatementSpan, file: Path, *, is_whole: bool) -> None:
    """Write the ZIP file once everything is printed: a part of it would be posted as if it were all."""
    if not is_whole:
        complain.print("Not all of them are printed yet: the worker does it. Run the same command again in a while.")
        with reading(ports.engine) as conn:
            for document in unprinted_of_span(conn, span):
                complain.print(f"  {document.number}: {document.why}")
        raise typer.Exit(1)
    with reading(ports.engine) as conn:
        numbers = numbers_of_span(conn, span)
    with file.open("xb") as target:
        for piece in zip_of_documents(ports.engine, numbers):
            target.write(piece)
    out.print(f"{len(numbers)} statements are in {file}.")
