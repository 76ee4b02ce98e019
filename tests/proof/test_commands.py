"""The commands of proof, at a shell."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine
from typer.testing import CliRunner

from ledger.finding import Finding, Status
from proof.commands import add_proof_commands
from tests.payments.messages import charged
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.proof.settled_books import everything

SICK = Finding("clock", Status.FAILED, {"seconds from Stripe's": 400, "wrong": 1}, "Set the clock.")
WELL = Finding("mode", Status.PASSED, {"ours": "live", "wrong": 0})


@pytest.fixture
def findings() -> list[Finding]:
    """What the doctor finds."""
    return [WELL]


@pytest.fixture
def app(desk: Desk, engine: Engine, findings: list[Finding]) -> typer.Typer:
    """The commands on books in which everything has happened."""
    everything(desk)

    @contextmanager
    def opened(_var_dir: Path | None) -> Iterator[Engine]:
        yield engine

    made = typer.Typer()
    add_proof_commands(made, opened, lambda _var_dir: findings)
    return made


def output_of(app: typer.Typer, *words: str, status: int = 0) -> str:
    """What a command prints; it must end as it should."""
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert result.exit_code == status, result.output
    return result.output


def test_the_audit_prints_figures_and_json(app: typer.Typer) -> None:
    """A line each; and for other programs the same."""
    table, plain = output_of(app, "audit"), json.loads(output_of(app, "audit", "--json"))

    assert "passed  money verified  GBP 35.00 of GBP 35.00, 100%\n" in table
    assert {finding["name"] for finding in plain} >= {"totals", "stripe balance", "facts", "raised", "payouts"}


def test_the_doctor_exits_with_one_when_something_is_wrong(app: typer.Typer, findings: list[Finding]) -> None:
    """And with nothing when all is well."""
    assert "passed  mode" in output_of(app, "doctor")
    findings.append(SICK)

    assert "Set the clock." in output_of(app, "doctor", status=1)
    assert json.loads(output_of(app, "doctor", "--json", status=1))[1]["status"] == "failed"


def test_a_trace_is_a_table_of_entries(app: typer.Typer) -> None:
    """With key, accounts and cause; without the donor's name, because shells keep what they print."""
    output = output_of(app, "trace", "2026-000001")

    assert "gift:ch_1:0" in output
    assert "clearing ← gifts" in output
    assert "evt_charge_1 (charge.succeeded)" in output
    assert "paid:po_1" in output
    assert "Donor 1" not in output


def test_what_has_no_trace_ends_with_one(app: typer.Typer, desk: Desk) -> None:
    """One sentence, no traceback; and several are named."""
    desk.give(2, 500)

    assert "Nothing here goes by the name pi_9." in output_of(app, "trace", "pi_9", status=1)
    assert gift_id(2) in output_of(app, "trace", "00000000", status=1)


def test_the_canonical_export_is_printed_or_written(app: typer.Typer, tmp_path: Path, desk: Desk) -> None:
    """The same bytes."""
    printed = output_of(app, "export", "canonical")
    output_of(app, "export", "canonical", str(tmp_path / "books.txt"))

    assert (tmp_path / "books.txt").read_text() == printed
    desk.books.deliver(charged("9", gift=gift_id(9)))
    assert printed.splitlines()[-1].startswith("sha256 ")
