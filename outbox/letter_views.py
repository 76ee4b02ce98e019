"""Letters as the desk lists them, and how the mail goes. Writes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.lists import ListChoice, ListedTable, ListQuestion, within_days
from database.questions import among
from outbox.letters import UNDELIVERED, LetterState, PostedLetter, posted_letter
from outbox.tables import letter

AddressesOf = Callable[[Connection, str], sa.CompoundSelect[Any]]

_l = letter.c
_LATEST = 1000
"""The letter that was sent last is looked for among so many of the newest: a million of them take a second."""
_ON_THEIR_WAY = (LetterState.WAITING.value, LetterState.SENDING.value)


@dataclass(frozen=True, slots=True)
class LetterChoice:
    """Which letters are listed: of one state or all, and those whose address or name holds a text."""

    state: LetterState | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MailHealth:
    """How the mail goes: letters on their way and since when, why the oldest waits, the last that was sent.

    `undelivered` are letters that were refused, given up or are uncertain, and that nobody has dealt with.
    """

    waiting: int
    waiting_since: datetime | None
    waiting_for: str
    last_sent_at: datetime | None
    undelivered: int


def letter_rows(conn: Connection, choice: LetterChoice, limit: int, page: int = 1) -> list[PostedLetter]:
    """Letters, newest first."""
    chosen = sa.select(letter).where(*_conditions(choice)).order_by(_l.posted_at.desc(), _l.id)
    return [posted_letter(row) for row in conn.execute(chosen.limit(limit).offset((page - 1) * (limit - 1)))]


def filed_letters(conn: Connection) -> bool:
    """Whether any letter was kept and not sent."""
    return conn.scalar(sa.select(_l.id).where(_l.state == LetterState.FILED.value).limit(1)) is not None


def letters_of_keys(conn: Connection, keys: Sequence[str]) -> list[PostedLetter]:
    """The letters that were posted for these causes, newest first."""
    rows = conn.execute(sa.select(letter).where(among(conn, _l.key, keys)).order_by(_l.posted_at.desc(), _l.id))
    return [posted_letter(row) for row in rows]


def letter_counts(conn: Connection) -> Mapping[LetterState, int]:
    """How many letters there are in each state that has any."""
    rows = conn.execute(sa.select(_l.state, sa.func.count()).group_by(_l.state))
    counts = {LetterState(state): count for state, count in rows}
    return {state: counts[state] for state in LetterState if state in counts}


def undelivered_letters(conn: Connection, limit: int) -> list[PostedLetter]:
    """Letters that did not arrive, or perhaps not, and that nobody has dealt with; newest first."""
    rows = conn.execute(sa.select(letter).where(*_to_do()).order_by(_l.posted_at.desc(), _l.id).limit(limit))
    return [posted_letter(row) for row in rows]


def undelivered_count(conn: Connection) -> int:
    """How many `undelivered_letters` there are."""
    return conn.scalar(sa.select(sa.func.count()).select_from(letter).where(*_to_do())) or 0


def mail_health(conn: Connection) -> MailHealth:
    """How the mail goes."""
    on_their_way = _l.state.in_(_ON_THEIR_WAY)
    oldest = sa.select(_l.posted_at, _l.reason).where(on_their_way).order_by(_l.posted_at, _l.id).limit(1)
    first = conn.execute(oldest).first()
    is_sent = _l.state == LetterState.SENT.value
    newest = sa.select(_l.sent_at).where(is_sent).order_by(_l.posted_at.desc()).limit(_LATEST).subquery().c
    last_sent = sa.select(sa.func.max(newest.sent_at, type_=_l.sent_at.type))
    return MailHealth(
        conn.scalar(sa.select(sa.func.count()).select_from(letter).where(on_their_way)) or 0,
        first.posted_at if first else None,
        first.reason if first else "",
        conn.scalar(last_sent),
        undelivered_count(conn),
    )


def _conditions(choice: LetterChoice) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if choice.state is not None:
        conditions.append(_l.state == choice.state.value)
    if choice.text:
        text = choice.text.lower()
        whole = sa.func.lower(_l.to_address + " " + _l.to_name)
        conditions.append(whole.contains(text, autoescape=True))
    return conditions


def _to_do() -> tuple[sa.ColumnElement[bool], ...]:
    return _l.state.in_([state.value for state in UNDELIVERED]), _l.settled_at.is_(None)


def _table(conn: Connection, choice: ListChoice, addresses_of: AddressesOf) -> ListedTable:
    conditions = [*within_days(_l.posted_at, choice)]
    match choice.words.get("state", ""):
        case "undelivered":
            conditions += _to_do()
        case "":
            pass
        case state:
            conditions.append(_l.state == state)
    if choice.text:
        conditions.append(_to(conn, choice.text, conn.scalars(addresses_of(conn, choice.text)).all()))
    sorts = {"day": (_l.posted_at,)}
    return ListedTable(tuple(letter.c), letter, conditions, _l.id, sorts, ids_first=bool(choice.text))


def _to(conn: Connection, text: str, addresses: Sequence[str]) -> sa.ColumnElement[bool]:
    """The condition that a letter's address begins so, as typed or in small letters, or is one of these."""
    begins = [sa.and_(_l.to_address >= so, _l.to_address < so + "\U0010ffff") for so in sorted({text, text.lower()})]
    return sa.or_(*begins, among(conn, _l.to_address, addresses))


def _read(_conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[PostedLetter]:
    return [posted_letter(row) for row in rows]


def letters_question(addresses_of: AddressesOf) -> ListQuestion[PostedLetter]:
    """Letters, by `state` (a letter's; `undelivered`: those that nobody has dealt with).

    `addresses_of` asks for the addresses of the people whom a text means: letters know nobody else's names.
    """
    return ListQuestion(lambda conn, choice: _table(conn, choice, addresses_of), _read)
