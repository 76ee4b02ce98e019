"""A worker that sends letters to a real SMTP server, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine

from database.transactions import reading, writing
from outbox.carriers import Carrier
from outbox.letters import SEND, Attachment, Letter, PostedLetter, letter_by_id, post_letters
from outbox.mail_server import Sender
from outbox.sending import send_handler
from outbox.smtp import SmtpCarrier
from outbox.worker import Worker
from tests.clock import FixedClock
from tests.smtp_server import Mailbox, serving

SENDER = Sender("giving@wren.example", "Wren & Söhne", "post@wren.example")
PDF = Attachment("receipt-2026-000001.pdf", "application/pdf", "receipt", "2026-000001")
LETTER = Letter(
    "receipt:2026-000001", "zoe@bücher.example", "Your £25 donation: receipt", "Thank you, Zoë.\n.\nEnd.",
    "<p>Thank you, Zoë.</p>", (PDF,), 'Zoë "Z" Ödman, von',
)  # fmt: skip
SECOND = timedelta(seconds=1)


@dataclass
class PostOffice:
    """A worker that sends letters, and the database that they are in."""

    engine: Engine
    clock: FixedClock
    worker: Worker

    def send(self, *letters: Letter) -> PostedLetter:
        """Post letters, run what is due, and return what has become of the first."""
        with writing(self.engine) as conn:
            post_letters(conn, letters, self.clock())
        return self.run(letters[0])

    def run(self, letter: Letter, after: timedelta = timedelta()) -> PostedLetter:
        """Run what is due after a while."""
        self.clock.now += after
        self.worker.run_due()
        with reading(self.engine) as conn:
            posted = letter_by_id(conn, letter.id)
        assert posted is not None
        return posted


def post(engine: Engine, clock: FixedClock, carrier: Carrier) -> PostOffice:
    """A worker with this carrier."""
    handler = send_handler(
        engine, carrier, lambda: SENDER, {"receipt": lambda number: b"%PDF " + number.encode()}, clock
    )
    return PostOffice(engine, clock, Worker(engine, {SEND: handler}, clock))


@contextmanager
def posting(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> Iterator[PostOffice]:
    """A worker that sends to this mailbox, without encryption."""
    with serving(mailbox) as server:
        carrier = SmtpCarrier(server)
        yield post(engine, clock, carrier)
        carrier.close()
