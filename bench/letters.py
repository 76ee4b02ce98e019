"""`./farthing soak letters`: a thousand letters through a real SMTP server that refuses a tenth, and two kills.

The first worker is killed at the worst moment: the server has taken a letter and has not said so yet. The second is
killed anywhere. Every letter that the server did not refuse must be accepted once, or be listed as uncertain, and
uncertain are at most as many as workers were killed. The suite runs a short version of the same.
"""

import logging
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from typing import Annotated, Any

import structlog
import typer
from aiosmtpd.smtp import Envelope, Session

from bench.reporting import print_json, print_line, two_databases
from database.engine import open_database
from database.instants import utc_now
from database.migrating import migrate
from database.transactions import reading, writing
from outbox.jobs import LEASE
from outbox.letter_views import LetterChoice, letter_counts, letter_rows, mail_health
from outbox.letters import SEND, Letter, LetterState, post_letters
from outbox.mail_server import MailServer, Sender
from outbox.sending import send_handler
from outbox.smtp import SmtpCarrier
from outbox.worker import Worker
from tests.smtp_server import OK, Mailbox, serving

EVERY_TENTH, EVERY_TWENTIETH = 10, 20
PATIENCE_SECONDS = 600.0  # letters that still wait then are counted as lost
SENDER = Sender("giving@example.org", "The Bench")


class KillingMailbox(Mailbox):
    """A mailbox that kills a worker right after it has taken its n-th letter, before it says so."""

    def __init__(self, refused: Mapping[str, str], greylisted: set[str], kill_at: int) -> None:
        super().__init__(refused=dict(refused))
        self._greylisted, self._kill_at = greylisted, kill_at
        self.worker: BaseProcess | None = None
        self.accepted: Counter[str] = Counter()

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Ask some addresses to come again, once."""
        if address in self._greylisted:
            self._greylisted.remove(address)
            return "451 4.7.1 greylisted"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the letter, and at the appointed one kill who brought it."""
        self.accepted.update(envelope.rcpt_tos)
        if sum(self.accepted.values()) == self._kill_at and self.worker is not None and self.worker.pid:
            os.kill(self.worker.pid, signal.SIGKILL)
        return OK


@dataclass(frozen=True)
class LetterFigures:
    """What became of the letters. `lost` were neither accepted nor refused, nor are they listed as uncertain."""

    letters: int
    accepted_once: int
    accepted_twice: int
    refused: int
    uncertain: int
    lost: int
    kills: int
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether the promise was kept."""
        return not (self.accepted_twice or self.lost) and self.uncertain <= self.kills


def send_letters(url: str, count: int) -> LetterFigures:
    """Post so many letters in an empty database, and send them with two kills on the way."""
    migrate(url)
    letters = [_letter(n) for n in range(count)]
    refused = {letter.to: "550 5.1.1 no such user" for letter in letters[::EVERY_TENTH]}
    greylisted = {letter.to for letter in letters[5::EVERY_TWENTIETH]}
    mailbox = KillingMailbox(refused, greylisted, kill_at=count // 4)
    engine = open_database(url)
    with writing(engine) as conn:
        post_letters(conn, letters, utc_now())
    started = time.monotonic()
    with serving(mailbox) as server:
        _run(mailbox, url, server, kill_after=None, lateness=timedelta())
        _run(mailbox, url, server, kill_after=count // 2, lateness=LEASE)
        _run(mailbox, url, server, kill_after=None, lateness=2 * LEASE)
    seconds = time.monotonic() - started
    with reading(engine) as conn:
        states = letter_counts(conn)
        uncertain = {row.letter.to for row in letter_rows(conn, LetterChoice(LetterState.UNCERTAIN), count)}
    engine.dispose()
    expected = {letter.to for letter in letters} - set(refused)
    return LetterFigures(
        letters=count,
        accepted_once=sum(times == 1 for times in mailbox.accepted.values()),
        accepted_twice=sum(times > 1 for times in mailbox.accepted.values()),
        refused=states.get(LetterState.REFUSED, 0),
        uncertain=len(uncertain),
        lost=len(expected - set(mailbox.accepted) - uncertain),
        kills=2,
        seconds=round(seconds, 1),
    )


def _letter(n: int) -> Letter:
    return Letter(f"bench:{n}", f"donor{n}@example.org", "Your receipt", "Thank you.", "<p>Thank you.</p>" * 200)


def _run(mailbox: KillingMailbox, url: str, server: MailServer, kill_after: int | None, lateness: timedelta) -> None:
    """Run a worker until nothing waits, until the mailbox kills it, or until we kill it after so many letters."""
    worker = multiprocessing.get_context("spawn").Process(target=work, args=(url, server, lateness))
    mailbox.worker = worker
    worker.start()
    while worker.is_alive():
        if kill_after is not None and sum(mailbox.accepted.values()) >= kill_after and worker.pid:
            os.kill(worker.pid, signal.SIGKILL)
        worker.join(0.005)


def work(url: str, server: MailServer, lateness: timedelta) -> None:
    """Send what waits, as the product's worker does, with a clock that runs ahead by `lateness`."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    engine, carrier = open_database(url), SmtpCarrier(server)

    def clock() -> datetime:
        return utc_now() + lateness

    handler = send_handler(engine, carrier, lambda: SENDER, {}, clock)
    worker = Worker(engine, {SEND: handler}, clock)
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        worker.run_due()
        with reading(engine) as conn:
            if not mail_health(conn).waiting:
                return
        time.sleep(0.1)


def main(count: int = 1000, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Send so many letters on each database."""
    reports: dict[str, LetterFigures] = {}
    with two_databases("soak") as (_, urls):
        for engine, url in urls.items():
            reports[engine] = send_letters(url, count)
            if not as_json:
                print_line(engine, _report(reports[engine]))
    if as_json:
        print_json({engine: _report(figures) for engine, figures in reports.items()})
    raise typer.Exit(not all(figures.is_good for figures in reports.values()))


def _report(figures: LetterFigures) -> dict[str, object]:
    """The figures as JSON has them."""
    return {name: getattr(figures, name) for name in LetterFigures.__dataclass_fields__}


if __name__ == "__main__":
    typer.run(main)
