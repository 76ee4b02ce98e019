"""Entries with their donors and receipts, and charges that are not what was asked for. Writes nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.kinds import EntryKind
from ledger.money import Money, currency
from ledger.tables import entry
from ledger.views import EntryChoice, conditions_of, signed_amount
from payments.gifts.gift import GiftState
from payments.gifts.tables import discrepancy, gift, settled_discrepancy
from receipts.receipt import printed_number
from receipts.tables import receipt


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry as a list shows it: positive when money came in, negative when it went out."""

    entry: int
    book_date: date
    kind: EntryKind
    campaign: int
    amount: Money
    donor: str | None
    subject: str
    receipt: str | None

    @property
    def noun(self) -> str:
        """What it is, where it is not a gift."""
        return "" if self.kind is EntryKind.GIFT else self.kind.rules.noun


@dataclass(frozen=True, slots=True)
class DiscrepancyRow:
    """A charge that is not what was asked for. `why` is amount, currency or second_payment."""

    charge: str
    gift: str
    donor: str
    asked: Money
    charged: Money
    why: str
    noted_at: datetime


def movements(conn: Connection, choice: EntryChoice, limit: int, before: int | None = None) -> list[Movement]:
    """The chosen entries, newest first; only those older than the entry `before`, if it is named."""
    # The receipt belongs to the gift's own payment; a second payment for the gift has none.
    first_receipt = sa.and_(
        receipt.c.gift_id == entry.c.gift_id, receipt.c.edition == 1, gift.c.payment == entry.c.subject
    )
    query = (
        sa.select(entry, signed_amount(choice).label("minor"), gift.c.donor_name, receipt.c.year, receipt.c.number)
        .outerjoin(gift, gift.c.id == entry.c.gift_id)
        .outerjoin(receipt, first_receipt)
        .where(*conditions_of(choice))
        .order_by(entry.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(entry.c.id < before)
    return [_movement(row) for row in conn.execute(query)]


def _movement(row: sa.Row[Any]) -> Movement:
    number = None if row.number is None else printed_number(row.year, row.number)
    amount = Money(row.minor, currency(row.currency))
    return Movement(
        row.id, row.book_date, EntryKind(row.kind), row.campaign_id, amount, row.donor_name, row.subject, number
    )


def received_gifts_by_reference(conn: Connection, reference: str) -> list[str]:
    """The gifts that were received and whose ids begin so; a reference is the first eight characters, in any case."""
    begins = gift.c.id.startswith(reference.lower(), autoescape=True)
    return list(conn.scalars(sa.select(gift.c.id).where(begins, gift.c.state == GiftState.RECEIVED.value).limit(2)))


def discrepancies(conn: Connection, limit: int, page: int = 1) -> list[DiscrepancyRow]:
    """Charges that are not what was asked for and that nobody has settled, newest first."""
    d = discrepancy.c
    rows = conn.execute(
        sa.select(discrepancy, gift.c.donor_name)
        .join(gift, gift.c.id == d.gift_id)
        .where(_unsettled())
        .order_by(d.noted_at.desc(), d.charge)
        .limit(limit)
        .offset((page - 1) * (limit - 1))
    )
    return [
        DiscrepancyRow(
            row.charge,
            row.gift_id,
            row.donor_name,
            Money(row.asked_minor, currency(row.asked_currency)),
            Money(row.charged_minor, currency(row.charged_currency)),
            row.why,
            row.noted_at,
        )
        for row in rows
    ]


def discrepancy_count(conn: Connection) -> int:
    """How many discrepancies nobody has settled."""
    return conn.scalar(sa.select(sa.func.count()).select_from(discrepancy).where(_unsettled())) or 0


def _unsettled() -> sa.ColumnElement[bool]:
    return ~sa.exists().where(settled_discrepancy.c.charge == discrepancy.c.charge)
