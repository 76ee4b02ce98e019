"""Letters to people. A letter is keyed by what caused it, so that it exists once, however often the cause is reported.

A letter is written and queued in the transaction that causes it; the worker sends it afterwards. Only its state
changes: where it has come to, when, and what the mail server answered.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from database.bulk import put_rows
from database.columns import Instant
from database.questions import among, look_up
from outbox.jobs import enqueue_many, make_urgent
from outbox.tables import letter as table

SEND = "outbox.send_letter"
LONGEST_HEADER = 500
REMOVED = "removed"  # stands for the text of a personal letter once it was sent
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+")


class NotALetter(ValueError):
    """A letter whose address, name or subject cannot stand in a header, or that says nothing."""


class LetterState(StrEnum):
    """Where a letter has come to.

    `sending` is noted before the server is given the letter. A worker that ends before it notes the server's answer
    leaves it so; the next one makes it `uncertain`, because the letter may have been sent.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FILED = "filed"  # no mail server is set up: kept as a file, or in the sandbox's inbox
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    UNCERTAIN = "uncertain"


UNDELIVERED = (LetterState.REFUSED, LetterState.GIVEN_UP, LetterState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter: its name and media type, and where the worker finds its bytes.

    `source` names a callable that `main` hands the worker, `subject` is what it is asked for, such as a receipt's
    number. The bytes must never change.
    """

    filename: str
    media_type: str
    source: str
    subject: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it will be sent. Raises NotALetter where a header would say something else.

    `key` says what caused it, such as `receipt:2026-000001`. `personal`: it holds a link that signs its reader in, so
    the desk never shows it, and its text is removed once it was sent. After `expires_at` it is not sent any more.
    `unsubscribe` is the web address that ends letters of this kind, where consent is the reason for them.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str
    attachments: Sequence[Attachment] = ()
    to_name: str = ""
    personal: bool = False
    expires_at: datetime | None = None
    unsubscribe: str = ""

    def __post_init__(self) -> None:
        for header in (self.to, self.to_name, self.subject, self.unsubscribe, *(a.filename for a in self.attachments)):
            if _CONTROL.search(header) or len(header) > LONGEST_HEADER:
                raise NotALetter("a name, address or subject of a letter is one line, of at most 500 characters")
        if not (self.key and self.subject.strip() and self.text.strip() and self.html.strip()):
            raise NotALetter("a letter needs a key, a subject and a text")
        if not is_address(self.to):
            raise NotALetter("a letter needs one email address to go to")

    @property
    def id(self) -> str:
        """The letter's id: one for each key."""
        return uuid5(NAMESPACE_URL, f"letter:{self.key}").hex


@dataclass(frozen=True, slots=True)
class PostedLetter:
    """A letter that was posted, and where it has come to.

    `reason` is what the mail server answered last. `settled_at` is when a member of staff sent a letter that was not
    delivered again, or set it aside.
    """

    letter: Letter
    message_id: str
    posted_at: datetime
    state: LetterState
    tried_at: datetime | None
    deferred_since: datetime | None
    sent_at: datetime | None
    reason: str
    settled_at: datetime | None


def is_address(text: str) -> bool:
    """Whether a letter could go there: one email address, and nothing else."""
    return _ADDRESS.fullmatch(text) is not None and len(text) <= LONGEST_HEADER


def post_letter(conn: Connection, letter: Letter, now: datetime, *, urgent: bool = False) -> bool:
    """Write and queue a letter in the caller's transaction; returns whether its key is new.

    `urgent`: somebody waits for it, so it is sent before all others.
    """
    is_new = bool(post_letters(conn, [letter], now))
    if is_new and urgent:
        make_urgent(conn, SEND, letter.id, now=now)
    return is_new


def letter_was_posted(conn: Connection, key: str) -> bool:
    """Whether there is a letter of this cause, so that the work of writing another can be saved."""
    return conn.scalar(sa.select(table.c.id).where(table.c.key == key)) is not None


def letters_posted(conn: Connection, keys: Sequence[str]) -> int:
    """How many of these causes have their letter."""
    return conn.scalar(sa.select(sa.func.count()).where(among(conn, table.c.key, keys))) or 0


def posted_under(conn: Connection, prefix: str) -> int:
    """How many letters there are whose keys begin so."""
    keys = sa.and_(table.c.key >= prefix, table.c.key < f"{prefix}\U0010ffff")
    return conn.scalar(sa.select(sa.func.count()).where(keys)) or 0


def post_letters(conn: Connection, letters: Sequence[Letter], now: datetime) -> list[Letter]:
    """`post_letter` for many, with one statement; returns those whose key is new."""
    by_id = {letter.id: letter for letter in reversed(letters)}
    new = _add(conn, {letter.id: _row(letter, letter.id, now) for letter in by_id.values()}, now)
    return [letter for letter in by_id.values() if letter.id in new]


def mark_sending(conn: Connection, letter_id: str, now: datetime) -> bool:
    """Note that a waiting letter leaves our hands now; False if it does not wait (any more)."""
    waits = sa.update(table).where(table.c.id == letter_id, table.c.state == LetterState.WAITING.value)
    return bool(conn.execute(waits.values(state=LetterState.SENDING.value, tried_at=now)).rowcount)


def note_waiting(
    conn: Connection, letter_id: str, holds: LetterState, reason: str, now: datetime, *, deferred: bool = False
) -> None:
    """Note why a letter was not sent, and that it waits for another attempt. `deferred`: the server asked for one.

    `holds` is the state in which the caller left it: nothing is noted if another worker has it since.
    """
    values: dict[str, Any] = {"state": LetterState.WAITING.value, "reason": reason, "tried_at": now}
    if deferred:
        values["deferred_since"] = sa.func.coalesce(table.c.deferred_since, sa.bindparam("since", now, Instant()))
    conn.execute(sa.update(table).where(table.c.id == letter_id, table.c.state == holds.value).values(values))


def note_end(
    conn: Connection, letter_id: str, holds: LetterState, state: LetterState, reason: str, now: datetime
) -> None:
    """Note what has become of a letter for good, and remove the text of a personal one.

    `holds` is the state in which the caller left it. The server's answer still counts when it comes so late that
    another worker has called the letter uncertain.
    """
    values: dict[str, Any] = {"state": state.value, "reason": reason, "tried_at": now}
    if state is LetterState.SENT:
        values["sent_at"] = now
    late = holds is LetterState.SENDING and state is not LetterState.UNCERTAIN
    expected = [holds.value, LetterState.UNCERTAIN.value] if late else [holds.value]
    noted = sa.update(table).where(table.c.id == letter_id, table.c.state.in_(expected)).values(values)
    if conn.execute(noted).rowcount and state is not LetterState.FILED:  # a letter that is kept is read where it is
        gone = sa.update(table).where(table.c.id == letter_id, table.c.personal == 1)
        conn.execute(gone.values(text=REMOVED, html=REMOVED))


def settle_letter(conn: Connection, letter_id: str, now: datetime) -> bool:
    """A member of staff has dealt with a letter that was not delivered; False if there was nothing to deal with."""
    undelivered = table.c.state.in_([state.value for state in UNDELIVERED])
    unsettled = sa.update(table).where(table.c.id == letter_id, undelivered, table.c.settled_at.is_(None))
    return bool(conn.execute(unsettled.values(settled_at=now)).rowcount)


def post_again(conn: Connection, posted: PostedLetter, letter: Letter, now: datetime) -> None:
    """Post a copy, under its own key, of a letter that was posted before.

    Where nobody knows whether the first was delivered, the copy has the same Message-ID: most mail programs then show
    only one of them.
    """
    doubtful = posted.state is LetterState.UNCERTAIN and posted.letter.to == letter.to
    _add(conn, {letter.id: _row(letter, posted.message_id if doubtful else letter.id, now)}, now)


def letters_are_waiting(conn: Connection, addresses: Sequence[str]) -> bool:
    """Whether a letter to one of these addresses has not left yet."""
    waits = table.c.state.in_([LetterState.WAITING.value, LetterState.SENDING.value])
    return conn.scalar(sa.select(table.c.id).where(table.c.to_address.in_(addresses), waits).limit(1)) is not None


def erase_letters(conn: Connection, addresses: Sequence[str], now: datetime) -> None:
    """Take their reader out of the letters to these addresses: that they were sent, and when, stays known."""
    gone = {"to_address": REMOVED, "to_name": "", "subject": REMOVED, "unsubscribe": "", "text": REMOVED}
    theirs = sa.and_(table.c.to_address.in_(addresses), table.c.erased_at.is_(None))
    conn.execute(sa.update(table).where(theirs).values(**gone, html=REMOVED, erased_at=now))


def _add(conn: Connection, rows: Mapping[str, dict[str, Any]], now: datetime) -> set[str]:
    """Write and queue the letters of these ids that are not there yet; returns their ids."""
    # SQLite's guard against REPLACE refuses a taken key before ON CONFLICT is looked at.
    new = set(rows) - {known for (known,) in look_up(conn, (table.c.id,), table.c.id, list(rows))}
    put_rows(conn, table, [rows[letter_id] for letter_id in sorted(new)], "DO NOTHING")
    enqueue_many(conn, SEND, [(letter_id, {"letter": letter_id}) for letter_id in new], now=now)
    return new


def _row(letter: Letter, message_id: str, now: datetime) -> dict[str, Any]:
    return {
        "id": letter.id, "key": letter.key, "to_address": letter.to, "to_name": letter.to_name,
        "subject": letter.subject, "text": letter.text, "html": letter.html,
        "attachments": [asdict(attachment) for attachment in letter.attachments], "personal": letter.personal,
        "expires_at": letter.expires_at, "unsubscribe": letter.unsubscribe, "message_id": message_id,
        "posted_at": now, "state": LetterState.WAITING.value, "reason": "",
    }  # fmt: skip


def letter_by_id(conn: Connection, letter_id: str) -> PostedLetter | None:
    """A posted letter."""
    row = conn.execute(sa.select(table).where(table.c.id == letter_id)).one_or_none()
    return None if row is None else posted_letter(row)


def posted_letter(row: Row[Any]) -> PostedLetter:
    """The letter of a row of its table."""
    letter = Letter(
        row.key, row.to_address, row.subject, row.text, row.html,
        tuple(Attachment(**attachment) for attachment in row.attachments),
        row.to_name, row.personal, row.expires_at, row.unsubscribe,
    )  # fmt: skip
    return PostedLetter(
        letter, row.message_id, row.posted_at, LetterState(row.state), row.tried_at, row.deferred_since, row.sent_at,
        row.reason, row.settled_at,
    )  # fmt: skip
