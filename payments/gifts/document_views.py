"""The list of receipts at the desk, as each was issued. Writes nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.lists import AskedOfRows, ListChoice, ListedTable, ListQuestion, on_days
from donors.merge_store import ids_of_person
from donors.word_store import asked_whether_called, is_called
from ledger.amount_views import is_amount
from ledger.money import Money
from payments.gifts.gift_list_views import REFERENCE, begins_with_reference
from payments.gifts.tables import allocation, gift
from receipts.receipt import Receipt
from receipts.tables import YEAR_SPAN, receipt

_NUMBER = re.compile(r"(20[0-9]{2})-([0-9]{1,7})")
_r, _g, _a = receipt.c, gift.c, allocation.c


@dataclass(frozen=True, slots=True)
class DocumentListRow:
    """A receipt in a list, as it was issued. The donor's name is empty once they were erased."""

    id: int
    number: str
    issued_on: date
    given_on: date
    gift: str
    donor: str
    campaigns: tuple[str, ...]
    amount: Money
    edition: int


def _table(conn: Connection, choice: ListChoice) -> ListedTable:
    conditions = on_days(_r.issued_on, choice)
    if (number := choice.number("campaign")) is not None:
        conditions.append(sa.exists().where(_a.gift_id == _r.gift_id, _a.campaign_id == number))
    if donor_id := choice.words.get("donor"):
        theirs = sa.select(_g.id).where(_g.donor_id.in_(ids_of_person(conn, donor_id)))
        conditions.append(_r.gift_id.in_(theirs))
    # Numbers follow the days of issue.
    if choice.first_day is not None:
        conditions.append(_r.id >= choice.first_day.year * YEAR_SPAN)
    if choice.last_day is not None:
        conditions.append(_r.id < (choice.last_day.year + 1) * YEAR_SPAN)
    columns = (_r.id, _r.issued_on, _r.gift_id, _r.edition, _r.snapshot)
    matches, asked = _matches_text(conn, choice)
    return ListedTable(
        columns,
        receipt,
        [*conditions, *matches],
        _r.id,
        {"number": ()},
        asked=None if asked is None else AskedOfRows(asked, conditions),
    )


def _matches_text(
    conn: Connection, choice: ListChoice
) -> tuple[list[sa.ColumnElement[bool]], sa.ColumnElement[bool] | None]:
    """What a text finds. Of a word that many donors have, also what to ask of each receipt."""
    text = choice.text
    if not text:
        return [], None
    if numbered := _NUMBER.fullmatch(text):
        return [_r.id == int(numbered[1]) * YEAR_SPAN + int(numbered[2])], None
    if choice.amount is not None:
        amount = is_amount(_g.amount_minor, _g.currency, choice.amount)
        return [_r.gift_id.in_(sa.select(_g.id).where(amount))], None
    if REFERENCE.fullmatch(text.lower()):
        return [begins_with_reference(_r.gift_id, text)], None
    called = _r.gift_id.in_(sa.select(_g.id).where(is_called(conn, _g.donor_id, text)))
    asked = asked_whether_called(conn, _g.donor_id, text)
    return [called], None if asked is None else sa.exists().where(_g.id == _r.gift_id, asked)


def _read(_conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[DocumentListRow]:
    return [_document(row, Receipt.from_json(row.snapshot)) for row in rows]


def _document(row: sa.Row[Any], issued: Receipt) -> DocumentListRow:
    campaigns = tuple(dict.fromkeys(line.campaign for line in issued.lines))
    return DocumentListRow(
        row.id, issued.number, row.issued_on, issued.given_on, row.gift_id, issued.donor_name, campaigns,
        issued.total, row.edition,
    )  # fmt: skip


DOCUMENTS = ListQuestion(_table, _read)
"""Receipts, by `campaign`."""
