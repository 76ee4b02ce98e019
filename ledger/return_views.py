"""What is left of a gift, and how it came to that. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from ledger.accounts import INCOME, Account
from ledger.kinds import EntryKind
from ledger.money import Currency
from ledger.tables import entry

_e = entry.c
_KEPT_IN = [account.value for account in (*INCOME, Account.REFUNDS, Account.DISPUTE_LOSSES)]


@dataclass(frozen=True, slots=True)
class GiftMovement:
    """Money that a fact moved of a gift, in minor units: more than zero where it came, less where it went back."""

    kind: EntryKind
    subject: str
    day: date
    minor: int


def movements_of_gift(conn: Connection, gift: str, of: Currency) -> list[GiftMovement]:
    """What came of a gift in this currency and what went back of it, in the order of the books."""
    minor = sa.case((_e.credit.in_(_KEPT_IN), _e.amount_minor), else_=0) - sa.case(
        (_e.debit.in_(_KEPT_IN), _e.amount_minor), else_=0
    )
    moving = sa.or_(_e.credit.in_(_KEPT_IN), _e.debit.in_(_KEPT_IN))
    rows = conn.execute(
        sa.select(_e.kind, _e.subject, _e.book_date, minor.label("minor"))
        .where(_e.gift_id == gift, _e.currency == of.code, moving)
        .order_by(_e.id)
    )
    return [GiftMovement(EntryKind(kind), subject, day, int(moved)) for kind, subject, day, moved in rows]


def kept_of_gifts(conn: Connection, gifts: Sequence[str]) -> dict[tuple[str, str], int]:
    """What is left of each of these gifts by the books, in minor units, by gift and currency; of none that has none."""
    minor = sa.case((_e.credit.in_(_KEPT_IN), _e.amount_minor), else_=-_e.amount_minor)
    only_one = _e.credit.in_(_KEPT_IN) != _e.debit.in_(_KEPT_IN)
    rows = conn.execute(
        sa.select(_e.gift_id, _e.currency, sa.func.sum(minor))
        .where(among(conn, _e.gift_id, gifts), only_one)
        .group_by(_e.gift_id, _e.currency)
    )
    return {(gift, code): int(kept) for gift, code, kept in rows}


def gifts_of_subject(conn: Connection, subject: str) -> Sequence[str]:
    """The gifts that entries under this subject are about: those of a refund or a dispute."""
    return conn.scalars(
        sa.select(_e.gift_id).distinct().where(_e.subject == subject, _e.gift_id.is_not(None)).order_by(_e.gift_id)
    ).all()
