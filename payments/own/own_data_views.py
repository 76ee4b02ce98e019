"""Everything that is kept of a donor, for their own download. Writes nothing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from donors.tables import consent, donor
from outbox.tables import letter
from payments.gift_aid.tables import gift_aid_declaration, gift_aid_line
from payments.gifts.tables import (
    allocation,
    declaration,
    dedication,
    gift,
    offline_gift,
    receipt_choice,
    recurring,
    recurring_act,
    recurring_share,
)
from payments.giving.tables import postal_address
from payments.standing_orders.tables import standing_order
from payments.valuing.tables import gift_valuation, loan
from receipts.tables import receipt
from staff.tables import note

# By section its rows, each by the names of its columns; values are text, numbers, yes and no.
OwnData = Mapping[str, Sequence[Mapping[str, object]]]
# What opens something, or says nothing of the donor.
_LEFT_OUT = frozenset({"return_token", "session_id", "email_key", "message_id", "html", "attempts", "attempted_at"})


def own_data(conn: Connection, donor_ids: Sequence[str]) -> OwnData:
    """Everything that is kept under these ids of one donor, section by section."""
    gifts = sa.select(gift.c.id).where(gift.c.donor_id.in_(donor_ids))
    series = sa.select(recurring.c.id).where(recurring.c.donor_id.in_(donor_ids))
    about_them = sa.or_(note.c.about_id.in_(donor_ids), note.c.about_id.in_(gifts), note.c.about_id.in_(series))
    return {
        "notes": _rows(conn, note, sa.and_(about_them, note.c.removed_at.is_(None))),
        "standing_orders": _rows(conn, standing_order, standing_order.c.donor_id.in_(donor_ids)),
        "offline_gifts": _rows(conn, offline_gift, offline_gift.c.gift_id.in_(gifts)),
        "details": _rows(conn, donor, donor.c.id.in_(donor_ids)),
        "gifts": _rows(conn, gift, gift.c.donor_id.in_(donor_ids)),
        "shares": _rows(conn, allocation, allocation.c.gift_id.in_(gifts)),
        "dedications": _rows(conn, dedication, dedication.c.gift_id.in_(gifts)),
        "declarations": _rows(conn, declaration, declaration.c.gift_id.in_(gifts)),
        "postal_addresses": _rows(conn, postal_address, postal_address.c.gift_id.in_(gifts)),
        "gift_aid_declarations": _rows(conn, gift_aid_declaration, gift_aid_declaration.c.donor_id.in_(donor_ids)),
        "gift_aid_claims": _rows(conn, gift_aid_line, gift_aid_line.c.gift_id.in_(gifts)),
        "valuations": _rows(conn, gift_valuation, gift_valuation.c.gift_id.in_(gifts)),
        "loans": _rows(conn, loan, loan.c.donor_id.in_(donor_ids)),
        "receipts": _rows(conn, receipt, receipt.c.gift_id.in_(gifts)),
        "recurring": _rows(conn, recurring, recurring.c.donor_id.in_(donor_ids)),
        "recurring_shares": _rows(conn, recurring_share, recurring_share.c.recurring_id.in_(series)),
        "recurring_changes": _rows(conn, recurring_act, recurring_act.c.recurring_id.in_(series)),
        "receipt_choices": _rows(conn, receipt_choice, receipt_choice.c.recurring_id.in_(series)),
        "consents": _rows(conn, consent, consent.c.donor_id.in_(donor_ids)),
        "letters": _letters(conn, donor_ids),
    }


def addresses_of_donor(conn: Connection, donor_ids: Sequence[str]) -> list[str]:
    """Every address that this donor has given with, as it was typed."""
    typed = sa.union(
        sa.select(donor.c.email).where(donor.c.id.in_(donor_ids)),
        sa.select(gift.c.donor_email).where(gift.c.donor_id.in_(donor_ids)),
        sa.select(recurring.c.donor_email).where(recurring.c.donor_id.in_(donor_ids)),
    )
    return sorted(conn.scalars(typed).all())


def _letters(conn: Connection, donor_ids: Sequence[str]) -> list[Mapping[str, object]]:
    """Letters to this donor; of one that opened something only that it was sent."""
    rows = _rows(conn, letter, letter.c.to_address.in_(addresses_of_donor(conn, donor_ids)))
    return [{**row, "text": "" if row["personal"] else row["text"], "key": ""} for row in rows]


def _rows(conn: Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> list[Mapping[str, object]]:
    columns = [column for column in table.c if column.name not in _LEFT_OUT]
    rows = conn.execute(sa.select(*columns).where(which).order_by(*table.primary_key.columns))
    return [{name: _plain(value) for name, value in row._mapping.items() if value is not None} for row in rows]


def _plain(value: Any) -> object:
    return value.isoformat() if isinstance(value, datetime | date) else value
