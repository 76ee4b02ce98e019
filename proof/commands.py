"""The commands of proof: audit, doctor, trace, and the canonical export. They look, and change nothing."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Engine

from called_as import CommandConsole
from database.transactions import reading
from ledger.finding import Finding
from proof.audit import audit_all
from proof.canonical import canonical
from proof.trace import NoTrace, SeveralTraces, Trace, trace
from proof.trace_steps import Step

OpenedDatabase = Callable[[Path | None], AbstractContextManager[Engine]]
Examined = Callable[[Path | None], list[Finding]]
VarDir = Annotated[Path | None, typer.Option(help="Where SQLite files and sandbox keys are kept.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
FILE_COLUMNS = 240
out = CommandConsole(highlight=False, soft_wrap=True)
complain = CommandConsole(stderr=True, highlight=False, soft_wrap=True)


def add_proof_commands(app: typer.Typer, opened: OpenedDatabase, examined: Examined) -> None:
    """Add the commands. `opened` opens this installation's database; `examined` gives the doctor's findings."""
    _add_checks(app, opened, examined)
    _add_trace(app, opened)
    exports = typer.Typer(no_args_is_help=True, help="The books as files.")
    app.add_typer(exports, name="export")
    _add_canonical(exports, opened)


def _add_checks(app: typer.Typer, opened: OpenedDatabase, examined: Examined) -> None:

    @app.command()
    def audit(as_json: AsJson = False, var_dir: VarDir = None) -> None:
        """Check every invariant of the books and print the figures; exit 1 if one does not hold."""
        with opened(var_dir) as engine, reading(engine) as conn:
            findings = audit_all(conn)
        _print_findings(findings, as_json=as_json)

    @app.command()
    def doctor(as_json: AsJson = False, var_dir: VarDir = None) -> None:
        """Compare Stripe's settings with ours, and see what waits too long; exit 1 if something is wrong."""
        _print_findings(examined(var_dir), as_json=as_json)


def _add_trace(app: typer.Typer, opened: OpenedDatabase) -> None:
    @app.command(name="trace")
    def follow(identifier: Annotated[str, typer.Argument(metavar="ID")], var_dir: VarDir = None) -> None:
        """Follow money from the click to the bank: a gift, payment, refund, dispute, payout or receipt number."""
        with opened(var_dir) as engine, reading(engine) as conn:
            try:
                traced = trace(conn, identifier)
            except NoTrace:
                complain.print(f"Nothing here goes by the name {identifier}.", markup=False)
                raise typer.Exit(1) from None
            except SeveralTraces as several:
                complain.print(f"Several gifts begin like that: {several}", markup=False)
                raise typer.Exit(1) from None
        _print_trace(traced)


def _add_canonical(exports: typer.Typer, opened: OpenedDatabase) -> None:
    @exports.command(name="canonical")
    def export_canonical(
        file: Annotated[Path | None, typer.Argument(help="Where to write it; else it is printed.")] = None,
        var_dir: VarDir = None,
    ) -> None:
        """The books as text that depends on facts alone: the same facts, the same lines, on either database."""
        with opened(var_dir) as engine, reading(engine) as conn:
            _write_lines(canonical(conn), file)


def _write_lines(lines: Iterable[str], file: Path | None) -> None:
    if file is None:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return
    with file.open("w", encoding="utf-8", newline="\n") as writing:
        writing.writelines(f"{line}\n" for line in lines)


def _print_findings(findings: Sequence[Finding], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([finding.as_json() for finding in findings], indent=2))
    else:
        for finding in findings:
            out.print(f"{finding.status.value:>9}  {finding.name}  {_figures(finding)}".rstrip(), markup=False)
            if finding.advice:
                out.print(f"           {finding.advice}", markup=False)
    raise typer.Exit(int(any(finding.has_failed for finding in findings)))


def _figures(finding: Finding) -> str:
    """The figures in a row, without `wrong 0`, and without a name that its value begins with (GBP)."""
    shown = {name: str(value) for name, value in finding.figures.items() if (name, value) != ("wrong", 0)}
    return ", ".join(value if value.startswith(f"{name} ") else f"{name} {value}" for name, value in shown.items())


def _print_trace(traced: Trace) -> None:
    out.print(f"[bold]{traced.heading}[/bold]  {traced.id}")
    if traced.steps:
        # On a screen cells fold; in a file or a pipe each entry keeps to its line.
        wide = out if out.is_terminal else CommandConsole(highlight=False, soft_wrap=True, width=FILE_COLUMNS)
        wide.print(_table(traced.steps))
    for part in traced.parts:
        out.print(f"{part.at:%Y-%m-%d %H:%M}  {part.amount!s:>14}  {part.what}  {part.id}", markup=False)
    if traced.parts_in_all > len(traced.parts):
        out.print(f"… and {traced.parts_in_all - len(traced.parts)} more")
    for gap in traced.missing:
        out.print(f"Missing: {gap}", style="yellow", markup=False)


def _table(steps: Sequence[Step]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("when (UTC)", "what", "amount", "debit ← credit", "key", "cause"):
        table.add_column(heading, justify="right" if heading == "amount" else "left", overflow="fold")
    for step in steps:
        amount = str(step.amount) if step.amount else ""
        when = f"{step.day}" if step.day else f"{step.at:%Y-%m-%d %H:%M}"
        text = f"{step.text}, in a payout of {step.whole}" if step.whole else step.text
        row = (when, text, amount, *_entry(step))
        table.add_row(*(str(cell) for cell in row))
    return table


def _entry(step: Step) -> tuple[str, str, str]:
    entry = step.entry
    if entry is None:
        return "", step.about, ""
    delivery_type = f" ({entry.delivery_type})" if entry.delivery_type else ""
    return f"{entry.debit} ← {entry.credit}", f"{entry.id}  {entry.key}", f"{entry.cause}{delivery_type}"
