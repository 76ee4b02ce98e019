"""What donors chose of the letters about a recurring gift, in the database."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from database.questions import look_up
from payments.gifts.receipt_choices import ReceiptChoice
from payments.gifts.recurring import ReceiptLetters
from payments.gifts.tables import receipt_choice

_c = receipt_choice.c
_COLUMNS = (_c.recurring_id, _c.letters, _c.chosen_at, _c.n)


def receipt_choices(conn: Connection, ids: Iterable[str], zone: tzinfo) -> dict[str, list[ReceiptChoice]]:
    """What was chosen for each of these recurring gifts, the earliest first."""
    choices: defaultdict[str, list[ReceiptChoice]] = defaultdict(list)
    rows = look_up(conn, _COLUMNS, _c.recurring_id, sorted(set(ids)))
    for recurring, letters, at, _ in sorted(rows, key=lambda row: int(row[3])):
        choices[recurring].append(ReceiptChoice(ReceiptLetters(letters), at.astimezone(zone).date()))
    return choices


def latest_letters(conn: Connection, recurring: str) -> ReceiptLetters:
    """What is mailed from now on."""
    return _latest(conn, recurring)[1]


def choose_receipts(conn: Connection, recurring: str, letters: ReceiptLetters, who: str, now: datetime) -> None:
    """Keep what was chosen, if it is not what holds already. A button pressed twice is one choice."""
    n, holds = _latest(conn, recurring)
    if holds is not letters:
        row = {"recurring_id": recurring, "n": n + 1, "letters": letters.value, "who": who, "chosen_at": now}
        put_rows(conn, receipt_choice, [row], "DO NOTHING")


def _latest(conn: Connection, recurring: str) -> tuple[int, ReceiptLetters]:
    latest = sa.select(_c.n, _c.letters).where(_c.recurring_id == recurring).order_by(_c.n.desc()).limit(1)
    row = conn.execute(latest).one_or_none()
    return (row.n, ReceiptLetters(row.letters)) if row else (0, ReceiptLetters.EACH)
