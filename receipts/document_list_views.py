"""The list of numbered documents besides receipts at the desk: credit notes, statements. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.lists import ListChoice, ListedTable, ListQuestion, contains, on_days
from ledger.money import Money
from receipts.credit_note import CreditNote
from receipts.document import Series
from receipts.document_store import NumberedDocument, read_document
from receipts.tables import document, document_void

_d, _v = document.c, document_void.c


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """A document in a list, as it was issued. The donor's name is empty once they were erased.

    `amounts` are what a credit note gives back, or what a statement confirms, in each currency.
    """

    number: str
    series: Series
    issued_on: date
    donor: str
    amounts: tuple[Money, ...]
    receipt: str
    is_void: bool
    replaced_by: str


def _table(conn: Connection, choice: ListChoice) -> ListedTable:
    conditions = [*on_days(_d.issued_on, choice)]
    if series := choice.words.get("kind"):
        conditions.append(_d.series == series)
    match choice.words.get("state"):
        case "void":
            conditions.append(_v.document_id.is_not(None))
        case "holds":
            conditions.append(_v.document_id.is_(None))
    if choice.text:
        conditions.append(sa.or_(_d.id == choice.text.upper(), contains(conn, choice.text, _d.snapshot)))
    columns = (_d.id, _d.series, _d.snapshot, _v.document_id.label("void"), _v.replaced_by)
    source = document.outerjoin(document_void, _v.document_id == _d.id)
    return ListedTable(columns, source, conditions, _d.id, {"day": (_d.issued_on,)})


def _read(_conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[NumberedRow]:
    return [_row(row) for row in rows]


def _row(row: sa.Row[Any]) -> NumberedRow:
    issued = read_document(Series(row.series), row.snapshot)
    return NumberedRow(
        row.id, Series(row.series), issued.issued_on, issued.donor_name, _amounts(issued), _receipt(issued),
        row.void is not None, row.replaced_by or "",
    )  # fmt: skip


def _amounts(issued: NumberedDocument) -> tuple[Money, ...]:
    if isinstance(issued, CreditNote):
        return (issued.amount,)
    return tuple(total.kept for total in issued.totals)


def _receipt(issued: NumberedDocument) -> str:
    return issued.receipt_number if isinstance(issued, CreditNote) else ""


NUMBERED_DOCUMENTS = ListQuestion(_table, _read)
"""Documents besides receipts, by `kind` (a series) and `state` (holds, void)."""
