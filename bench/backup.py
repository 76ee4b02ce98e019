"""`./farthing soak backup`: a backup under a stream of deliveries, restored elsewhere, becomes the same books.

A twin takes payments for pending gifts and keeps what it would have delivered. A web gets these deliveries at a fixed
rate, as Stripe would send them; in the middle of them `backup` runs. The undisturbed books then get everything. The
backup is restored into an empty place by `restore`, which asks the twin, and `reconcile` reads what is missing there.
The canonical exports must be equal, and no receipt number of the undisturbed books may be given out again.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from backup.place import InstallationPlace
from backup.taking import take_backup
from bench.load_client import measure_load
from bench.pending_gifts import PendingGift, create_books
from bench.reporting import print_json, print_line, two_databases
from bench.web_process import HERE, production_settings, serving, signed_request
from database.engine import open_database
from database.instants import utc_now
from database.migrating import mark_of
from database.transactions import reading
from payments.inbox.tables import delivery
from proof.canonical import canonical
from receipts.tables import receipt, receipt_gap
from sandbox.twin import Twin, TwinSettings, open_twin
from sandbox.webhooks.queue import DeliveryAttempt
from sandbox.webhooks.signed_message import SignedMessage
from tests.postgres import server_programs
from tests.sandbox.loopback import served

KEY = "sk_test_sandbox_backup"
RATE = 200.0
CONNECTIONS = 16
BEFORE_SHARE = 0.3  # of the deliveries, which are kept before the backup begins
PASSPHRASE = "four words for the soak"  # noqa: S105 - encrypts made-up donors


@dataclass(frozen=True)
class BackupFigures:
    """What a backup under load showed. `gifts_in_it` of all gifts were received when its state was taken."""

    deliveries: int
    refused: int
    p99_ms: float
    slowest_ms: float
    backup_seconds: float
    kilobytes: int
    gifts: int
    gifts_in_it: int
    restore_seconds: float
    left_out: int
    reconcile_seconds: float
    recovered: int
    exports_equal: bool
    numbers_given_twice: int
    audit_failed: bool


class KeptBodies:
    """Keeps what a twin delivers, to be sent later."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Keep the body, and answer 200."""
        self.bodies.append(message.body)
        return DeliveryAttempt(200, "kept")

    def close(self) -> None:
        """There is no connection to close."""


def _recovered(output: str) -> int:
    """How many rows `reconcile` says that it recovered."""
    recovered = re.search(r"Recovered (\d+)", output)
    return int(recovered[1]) if recovered else 0


def back_up_under_load(url: str, elsewhere: str, directory: Path, gifts: int) -> BackupFigures:
    """Run the whole story on an empty database and another empty one."""
    live, other = directory / "live", directory / "elsewhere"
    live.mkdir(mode=0o700)
    other.mkdir(mode=0o700)
    file, passphrase = directory / "farthing.backup.age", _passphrase_file(directory)
    pending = create_books(url, gifts)
    kept = KeptBodies()
    twin = open_twin(TwinSettings("http://twin.invalid", KEY, "https://endpoint.invalid/", "whsec_x", ""), sender=kept)
    _pay(twin, pending, _mark(url))
    with served(twin) as stripe:
        here, there = _environment(url, live, stripe), _environment(elsewhere, other, stripe)
        with serving(url, live) as (port, _):
            sent, backup_seconds = _stream(port, kept.bodies, InstallationPlace("test", url, live, {}, None), file)
        _timed("reconcile", environment=here)
        restore_seconds, _ = _timed("restore", str(file), "--passphrase-file", passphrase, environment=there)
        in_it = len(_rows(elsewhere, sa.select(receipt.c.number)))
        reconcile_seconds, output = _timed("reconcile", environment=there)
        audited = _run("audit", environment=there).returncode
    twin.close()
    return BackupFigures(
        **sent, backup_seconds=backup_seconds, kilobytes=file.stat().st_size // 1024, gifts=gifts, gifts_in_it=in_it,
        restore_seconds=restore_seconds, left_out=_left_out(elsewhere), reconcile_seconds=reconcile_seconds,
        recovered=_recovered(output), exports_equal=_export(url) == _export(elsewhere),
        numbers_given_twice=_given_twice(url, elsewhere), audit_failed=audited != 0,
    )  # fmt: skip


def _stream(port: int, bodies: Sequence[bytes], place: InstallationPlace, file: Path) -> tuple[dict[str, Any], float]:
    """Send everything at the rate, and back up in the middle of it; the client's figures, and the backup's seconds."""
    signed = (signed_request(body) for body in bodies)
    client = partial(measure_load, [port], CONNECTIONS, signed, file.parent, str(RATE), client="bench.paced_client")
    with ThreadPoolExecutor(1) as threads:
        streaming = threads.submit(client)
        while len(_rows(place.address, sa.select(delivery.c.id))) < len(bodies) * BEFORE_SHARE:
            time.sleep(0.1)
        started = time.perf_counter()
        take_backup(place, file, utc_now(), PASSPHRASE)
        seconds = round(time.perf_counter() - started, 1)
        sent = streaming.result()
    p99, slowest = round(sent.p99_ms), round(sent.longest_ms)
    return {"deliveries": len(bodies), "refused": sent.refused, "p99_ms": p99, "slowest_ms": slowest}, seconds


def _passphrase_file(directory: Path) -> str:
    file = directory / "passphrase"
    file.write_text(PASSPHRASE)
    file.chmod(0o600)
    return str(file)


def _pay(twin: Twin, pending: Sequence[PendingGift], mark: str) -> None:
    """Open a checkout for each gift and pay it; the twin makes the events."""
    twin.world.clock.set(time.time())
    _, product = twin.api.request("POST", "/v1/products", {"name": "Appeal"})
    for gift in pending:
        metadata = {"gift_id": gift.id, "app": "farthing", "schema": "1", "installation": mark}
        price = {"currency": "gbp", "product": product["id"], "unit_amount": gift.amount}
        session = {
            "mode": "payment",
            "success_url": "https://give.example/thanks",
            "line_items": [{"price_data": price, "quantity": 1}],
            "payment_intent_data": {"metadata": metadata},
            "metadata": metadata,
        }
        _, opened = twin.api.request("POST", "/v1/checkout/sessions", session, gift.id)
        twin.pay(str(opened["id"]))
    twin.advance(5)


def _mark(url: str) -> str:
    engine = open_database(url)
    mark = mark_of(engine)
    engine.dispose()
    return mark


def _environment(url: str, directory: Path, stripe: str) -> dict[str, str]:
    """The environment of a command on this database, with the twin as Stripe."""
    return production_settings(url, 1, directory) | {
        "FARTHING_STRIPE_API_KEY": KEY,
        "FARTHING_STRIPE_API_BASE": stripe,
    }


def _timed(*command: str, environment: Mapping[str, str]) -> tuple[float, str]:
    """How many seconds a command took, and what it printed. Raises RuntimeError if it failed."""
    started = time.perf_counter()
    done = _run(*command, environment=environment)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")
    return round(time.perf_counter() - started, 1), done.stdout


def _run(*command: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "commands.py", *command]
    return subprocess.run(program, cwd=HERE, env=dict(environment), capture_output=True, text=True, check=False)


def _rows(url: str, question: sa.Select[Any]) -> list[tuple[Any, ...]]:
    engine = open_database(url)
    with reading(engine) as conn:
        rows = [tuple(row) for row in conn.execute(question)]
    engine.dispose()
    return rows


def _export(url: str) -> list[str]:
    engine = open_database(url)
    with reading(engine) as conn:
        lines = list(canonical(conn))
    engine.dispose()
    return lines


def _left_out(url: str) -> int:
    g = receipt_gap.c
    return sum(last - first + 1 for first, last in _rows(url, sa.select(g.first_number, g.last_number)))


def _given_twice(url: str, elsewhere: str) -> int:
    """How many numbers stand on receipts of two gifts: one in the undisturbed books, another in the restored."""
    numbers = sa.select(receipt.c.year, receipt.c.number, receipt.c.gift_id)
    undisturbed = {row[:2]: row[2] for row in _rows(url, numbers)}
    return sum(undisturbed.get(row[:2], row[2]) != row[2] for row in _rows(elsewhere, numbers))


def main(
    gifts: int = 600,
    engine: Annotated[list[str] | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """So many gifts, on both databases (or only `--engine sqlite`)."""
    reports: dict[str, Mapping[str, object]] = {}
    os.environ["PATH"] = f"{server_programs()}{os.pathsep}{os.environ['PATH']}"
    with two_databases("backup") as (directory, urls), two_databases("restore") as (_, others):
        for name in engine or list(urls):
            room = directory / name
            room.mkdir()
            reports[name] = asdict(back_up_under_load(urls[name], others[name], room, gifts))
            if not as_json:
                print_line(name, reports[name])
    if as_json:
        print_json(reports)
    bad = any(
        report["refused"]
        or report["numbers_given_twice"]
        or report["audit_failed"]
        or not report["exports_equal"]
        or report["gifts_in_it"] == report["gifts"]  # it was not in the middle, and proved nothing
        for report in reports.values()
    )
    raise typer.Exit(int(bad))


if __name__ == "__main__":
    typer.run(main)
