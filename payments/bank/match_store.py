"""What lines of the bank are, in the database. Call these inside `booking`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from database.questions import among
from payments.bank.line import MatchKind
from payments.bank.tables import bank_line, bank_match

_l, _m = bank_line.c, bank_match.c


@dataclass(frozen=True, slots=True)
class BankMatch:
    """What a line is. `target` is the payout, gift or deposit; `why` the word where it is no gift.

    `entered`: the gift was entered from this line, and is taken back with the match.
    """

    line: str
    kind: MatchKind
    target: str = ""
    why: str = ""
    entered: bool = False


def add_match(conn: Connection, match: BankMatch, who: str, now: datetime) -> str:
    """Keep a match; its id. The database refuses a second one of the line or its target, and another amount."""
    identity, is_target = str(uuid4()), match.kind is not MatchKind.NOT_GIFT
    row = {
        "id": identity,
        "line_id": match.line,
        "kind": match.kind.value,
        "payout_id": match.target if match.kind is MatchKind.PAYOUT else None,
        "gift_id": match.target if match.kind is MatchKind.GIFT else None,
        "deposit_id": match.target if match.kind is MatchKind.DEPOSIT else None,
        "why": match.why,
        "entered": match.entered,
        "who": who,
        "matched_at": now,
        "holds_line": match.line,
        "holds_target": match.target if is_target else None,
    }
    insert_rows(conn, bank_match, [row])
    return identity


def match_of_line(conn: Connection, line_id: str) -> BankMatch | None:
    """What this line is now; None while it is nothing."""
    row = conn.execute(sa.select(bank_match).where(_m.holds_line == line_id)).one_or_none()
    return None if row is None else bank_match_of(row)


def matches_of_import(conn: Connection, import_id: str) -> list[BankMatch]:
    """What the lines of an import are now."""
    rows = conn.execute(
        sa.select(bank_match).join(bank_line, _l.id == _m.holds_line).where(_l.import_id == import_id).order_by(_l.n)
    )
    return [bank_match_of(row) for row in rows]


def undo_match(conn: Connection, line_id: str, who: str, now: datetime) -> bool:
    """The line is nothing any more; False if it was nothing. The match stays on record."""
    undone = {"undone_at": now, "undone_by": who, "holds_line": None, "holds_target": None}
    return conn.execute(sa.update(bank_match).where(_m.holds_line == line_id).values(**undone)).rowcount > 0


def lines_of_gifts(conn: Connection, gift_ids: Sequence[str]) -> list[str]:
    """The lines that are these gifts, or were taken for them."""
    return list(conn.scalars(sa.select(_m.line_id).distinct().where(among(conn, _m.gift_id, gift_ids))))


def bank_match_of(row: sa.Row[tuple[object, ...]]) -> BankMatch:
    """A match of its table's row."""
    target = row.payout_id or row.gift_id or row.deposit_id or ""
    return BankMatch(row.line_id, MatchKind(row.kind), target, row.why, row.entered)
