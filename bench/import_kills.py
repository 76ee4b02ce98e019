"""`./farthing soak import_kills`: kill -9 whoever enters a file of offline gifts, before and inside of each statement.

After each kill a copy of the books holds all of the file's gifts or none, with their entries, receipts and act; the
same button pressed again enters them once; and the audit finds nothing. On SQLite, by the desk's own pages.
"""

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from bench.reporting import print_json, print_table
from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from database.migrating import migrate
from database.transactions import booking, reading
from ledger.tables import entry
from organisation.organisation import OrganisationProfile
from organisation.store import add_version
from payments.gifts.tables import offline_gift
from proof.audit import audit_all
from receipts.tables import receipt
from staff.role import Role
from staff.tables import act
from tests.clock import FixedClock
from tests.database.killing import killed_at, killed_before_commit, killed_within
from tests.proof.books import open_desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADDRESS, PATH = "http://127.0.0.1", "/desk/offline/import"
LEFT = ("nothing", "everything", "half")
Kept = tuple[int, ...]


@dataclass(frozen=True)
class Cut:
    """Whether it was killed, what the file left of itself, and whether pressing again made it whole."""

    killed: bool
    left: str
    mended: bool


@dataclass(frozen=True)
class Desk:
    """A treasurer at the desk of one file of books: the session, and the form that enters the uploaded gifts."""

    cookies: dict[str, str]
    path: str
    form: dict[str, str]

    def save(self, books: Path) -> None:
        """Press the button over these books."""
        with opened(books) as engine:
            browser = TestClient(build(engine, FixedClock(NOW), ADDRESS), base_url=ADDRESS, cookies=self.cookies)
            answer = browser.post(self.path, data=self.form, follow_redirects=False)
            if answer.status_code != 303:
                raise RuntimeError(f"the gifts were not entered: {re.findall(r'<h1>.*', answer.text)}")


@contextmanager
def opened(books: Path) -> Iterator[Engine]:
    """These books, until the block ends."""
    engine = open_database(f"sqlite:///{books}", durable=False)
    try:
        yield engine
    finally:
        engine.dispose()


def gifts_file(lines: int) -> str:
    """So many gifts on paper: each tenth is none, each tenth stands there twice."""
    rows = ["Date,Amount,How it came,Campaign,Name,Reference"]
    for n in range(lines):
        amount = "nothing" if n % 10 == 3 else f"{5 + n % 40}.00"
        rows.append(f"20/11/2026,{amount},Cash,1,Donor {n},note {n}")
        if n % 10 == 7:
            rows.append(rows[-1])
    return "\n".join(rows) + "\n"


def set_up(books: Path, lines: int) -> Desk:
    """Empty books with the file uploaded, and the treasurer who looks at it."""
    migrate(f"sqlite:///{books}")
    with opened(books) as engine:
        open_desk(engine)
        with booking(engine) as conn:
            add_version(conn, OrganisationProfile(DEMO_ORGANISATION, "en_GB"), "soak", NOW)
        browser = TestClient(build(engine, FixedClock(NOW), ADDRESS), base_url=ADDRESS)
        sign_in_as(browser, engine, NOW, Role.TREASURER)
        file = {"file": ("gifts.csv", gifts_file(lines).encode())}
        address = browser.post(PATH, data={"receipt": "yes"}, files=file, follow_redirects=False).headers["location"]
    path, _, query = address.partition("?")
    form = dict(part.split("=") for part in query.split("&"))
    return Desk(dict(browser.cookies), f"{path}/save", form)


def press(desk: Desk, books: Path, killed: AbstractContextManager[object]) -> bool:
    """Press the button in a child that may be killed; whether it was."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with killed:
                desk.save(books)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    if status:
        raise RuntimeError("the gifts were not entered")
    return False


def kept(books: Path) -> Kept:
    """How many offline gifts, entries, receipts and acts there are."""
    with opened(books) as engine, reading(engine) as conn:
        tables = (offline_gift, entry, receipt, act)
        return tuple(conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)


def findings(books: Path) -> list[str]:
    """What the audit finds wrong."""
    with opened(books) as engine, reading(engine) as conn:
        return [finding.name for finding in audit_all(conn, lambda: NOW) if finding.has_failed]


def measure(folder: Path, lines: int, within: int) -> dict[str, object]:
    """Kill it before each statement, at so many moments inside of statements, and before the commit."""
    books = folder / "books.db"
    desk = set_up(books, lines)
    before, statements, work = kept(books), 0, 0
    whole = copied(books, folder / "whole.db")
    with killed_at(0) as executed, killed_within(0) as done:
        desk.save(whole)
        statements, work = executed[0], done[0]
    after = kept(whole)
    moments: list[AbstractContextManager[object]] = [killed_at(n) for n in range(1, statements + 1)]
    moments += [killed_within(max(1, n * work // within)) for n in range(1, within)]
    moments.append(killed_before_commit())
    cuts = [cut_short(desk, books, moment, (before, after)) for moment in moments]
    return {
        "sqlite": {"statements": statements, "moments": len(moments), "killed": sum(cut.killed for cut in cuts)}
        | {f"left with {left}": sum(cut.left == left for cut in cuts) for left in LEFT}
        | {"wrong when pressed again": sum(not cut.mended for cut in cuts)}
        | dict(zip(("gifts", "entries", "receipts", "acts"), after, strict=True))
    }


def cut_short(desk: Desk, books: Path, moment: AbstractContextManager[object], states: tuple[Kept, Kept]) -> Cut:
    """Kill it once, on a copy, and press the button again."""
    before, after = states
    cut = copied(books, books.with_name("cut.db"))
    killed, state = press(desk, cut, moment), kept(cut)
    left = "nothing" if state == before else "everything" if state == after else "half"
    press(desk, cut, nullcontext())
    mended = kept(cut) == after and not findings(cut)
    for file in cut.parent.glob("cut.db*"):
        file.unlink()
    return Cut(killed, left, mended)


def copied(books: Path, to: Path) -> Path:
    """A copy of these books, in which nothing waits in the log."""
    with opened(books) as engine, closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(books, to)
    return to


def main(
    lines: int = 300,
    within: Annotated[int, typer.Option(help="Moments inside of statements")] = 30,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Kill it at every moment; it fails if anything was half-done."""
    with tempfile.TemporaryDirectory(prefix="farthing-soak-") as name:
        figures = measure(Path(name), lines, within)
    (print_json if as_json else print_table)(figures)
    on_sqlite = figures["sqlite"]
    assert isinstance(on_sqlite, dict)
    raise typer.Exit(1 if on_sqlite["left with half"] or on_sqlite["wrong when pressed again"] else 0)


if __name__ == "__main__":
    typer.run(main)
