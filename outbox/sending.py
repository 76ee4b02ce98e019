"""The job that sends one letter, at most once.

`sending` is noted before the letter leaves. A worker that is killed between then and the note of the server's answer
leaves a letter of which nobody knows whether it was delivered: one for each kill. It is not sent again by itself, but
listed at the desk (docs/decisions/0016).
"""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from outbox.carriers import (
    Carrier,
    LetterDeferred,
    LetterRefused,
    LetterUncertain,
    MailServerTrouble,
)
from outbox.jobs import hasten
from outbox.letters import (
    SEND,
    LetterState,
    PostedLetter,
    letter_by_id,
    mark_sending,
    note_end,
    note_waiting,
    settle_letter,
)
from outbox.mail_server import Sender
from outbox.message import AttachmentSources, LetterWithdrawn, email_of
from outbox.worker import Handler

GIVE_UP_AFTER = timedelta(days=2)
INTERRUPTED = "The program was interrupted while it handed the letter over. It may have been sent."
NO_SERVER = "the mail server cannot be used"
LATE = "It was not sent in time: what it asks its reader to do is no longer possible."


class UnknownLetter(LookupError):
    """A job names a letter that is not there."""


class TriedInVain(Exception):
    """The letter waits; the queue tries it again. The reason stands with the letter, because it may hold an address."""


class TakenOver(Exception):
    """Another worker is sending this letter."""


def send_handler(
    engine: Engine, carrier: Carrier, sender: Callable[[], Sender], sources: AttachmentSources, clock: Clock
) -> Handler:
    """The worker's handler of `outbox.letters.SEND`: sends the letter that a job names, unless it was sent."""
    post = _Post(engine, carrier, clock)

    def send(payload: Any) -> None:
        with reading(engine) as conn:
            posted = letter_by_id(conn, payload["letter"])
        if posted is None:
            raise UnknownLetter(payload["letter"])
        attempt = _Attempt(engine, clock, posted)
        if posted.state is LetterState.SENDING:
            attempt.end(LetterState.UNCERTAIN, INTERRUPTED)
        elif posted.state is LetterState.WAITING and attempt.is_late:
            attempt.end(LetterState.GIVEN_UP, LATE)
        elif posted.state is LetterState.WAITING:
            try:
                message = email_of(posted, sender(), sources, clock())
            except LetterWithdrawn as why:
                attempt.withdraw(str(why))
                return
            post.hand_over(attempt, message)

    return send


class _Post:
    """Hands letters over, and when the mail server works again lets those go that had to wait for it."""

    def __init__(self, engine: Engine, carrier: Carrier, clock: Clock) -> None:
        self._engine, self._carrier, self._clock = engine, carrier, clock
        self._in_trouble = True  # before this worker started, perhaps

    def hand_over(self, attempt: "_Attempt", message: EmailMessage) -> None:
        """Hand over one letter, and note what came of it."""
        try:
            carried = self._carrier.carry(message, message["To"].addresses[0].addr_spec, attempt.begin)
        except LetterRefused as refused:
            attempt.end(LetterState.REFUSED, str(refused))
        except LetterUncertain as uncertain:
            attempt.end(LetterState.UNCERTAIN, str(uncertain))
        except LetterDeferred as deferred:
            attempt.defer(deferred)
        except MailServerTrouble as trouble:
            self._in_trouble = True
            attempt.wait(str(trouble))
            raise TriedInVain(NO_SERVER) from trouble
        else:
            attempt.end(carried.state, carried.reply)
            self._hasten_others()

    def _hasten_others(self) -> None:
        if self._in_trouble:
            with writing(self._engine) as conn:
                hasten(conn, SEND, f"{TriedInVain.__name__}: {NO_SERVER}", self._clock())
            self._in_trouble = False


class _Attempt:
    """One attempt to send a letter, and what is noted of it. It notes nothing once another worker has the letter."""

    def __init__(self, engine: Engine, clock: Clock, posted: PostedLetter) -> None:
        self._engine, self._clock, self._posted = engine, clock, posted
        self._holds = posted.state

    @property
    def is_late(self) -> bool:
        """Whether the letter is of no use any more."""
        expires_at = self._posted.letter.expires_at
        return expires_at is not None and self._clock() >= expires_at

    def begin(self) -> None:
        """Note that the letter leaves our hands now. Raises TakenOver."""
        with writing(self._engine) as conn:
            if not mark_sending(conn, self._posted.letter.id, self._clock()):
                raise TakenOver(self._posted.letter.id)
        self._holds = LetterState.SENDING

    def wait(self, reason: str, *, deferred: bool = False) -> None:
        """Note that it waits for another attempt."""
        with writing(self._engine) as conn:
            note_waiting(conn, self._posted.letter.id, self._holds, reason, self._clock(), deferred=deferred)

    def defer(self, deferred: LetterDeferred) -> None:
        """Wait because the server asks for it; after two days give up."""
        now = self._clock()
        if now - (self._posted.deferred_since or now) >= GIVE_UP_AFTER:
            self.end(LetterState.GIVEN_UP, f"Tried for two days. The last answer: {deferred}")
            return
        self.wait(str(deferred), deferred=True)
        raise TriedInVain(f"the mail server asks to come again: {deferred.code}") from deferred

    def withdraw(self, reason: str) -> None:
        """Give it up. There is nothing that a member of staff would have to do about it."""
        self.end(LetterState.GIVEN_UP, reason)
        with writing(self._engine) as conn:
            settle_letter(conn, self._posted.letter.id, self._clock())

    def end(self, state: LetterState, reason: str) -> None:
        """Note what has become of it for good."""
        with writing(self._engine) as conn:
            note_end(conn, self._posted.letter.id, self._holds, state, reason, self._clock())
