"""`/desk/credit-notes`: credit notes, statements and receipts for a period, by their numbers."""

from receipts.document import Series
from receipts.document_list_views import NUMBERED_DOCUMENTS, NumberedRow
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import ListField, ListSort

KINDS = {
    Series.CREDIT_NOTE: "Credit note", Series.STATEMENT: "Statement", Series.CONSOLIDATED: "Receipt for a period",
}  # fmt: skip


def _state(row: NumberedRow) -> str:
    if row.replaced_by:
        return f"Replaced by {row.replaced_by}"
    return "Void" if row.is_void else "Holds"


NUMBERED_LIST = DeskList[NumberedRow](
    path="/desk/credit-notes",
    title="Credit notes and statements",
    lead="Documents besides receipts, as they were issued. No number is missing: the audit looks at that.",
    finds="A number, a part of a name, or the number of a receipt.",
    empty="Nothing went back of a gift with a receipt, and no statement was made yet.",
    question=NUMBERED_DOCUMENTS,
    row_id=lambda row: row.number,
    columns=(
        ListColumn("Number", lambda row: row.number, address=lambda row: f"/desk/documents/{row.number}", is_main=True),
        ListColumn("Issued", lambda row: row.issued_on, ColumnKind.DAY, sort="day"),
        ListColumn("What", lambda row: KINDS[row.series]),
        ListColumn("Donor", lambda row: row.donor or "No name"),
        ListColumn("Of receipt", lambda row: row.receipt),
        ListColumn("State", _state),
        ListColumn("Amount", lambda row: row.amounts[0] if row.amounts else None, ColumnKind.MONEY),
        ListColumn("Currency", lambda row: row.amounts[0].currency.code if row.amounts else None, shown=Shown.FILE),
        ListColumn(
            "In other currencies", lambda row: ", ".join(str(amount) for amount in row.amounts[1:]), shown=Shown.FILE
        ),
    ),
    sorts=("day",),
    sort=ListSort("day"),
    fields=(
        ListField("kind", "What", {"": "All", **{series.value: words for series, words in KINDS.items()}}),
        ListField("state", "State", {"": "All", "holds": "Hold", "void": "Void or replaced"}),
    ),
    dated="Issued",
)  # fmt: skip
