"""`/desk/documents`: every receipt, by its number."""

from payments.gifts.document_views import DOCUMENTS, DocumentListRow
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import CAMPAIGN, DONOR, ListField, ListSort

DOCUMENT_LIST = DeskList[DocumentListRow](
    path="/desk/documents",
    title="Documents",
    lead="Every receipt as it was issued. No number is missing: the audit looks at that.",
    finds="A number, a name, an address, an amount, or a gift's reference.",
    empty="No receipt was issued yet.",
    question=DOCUMENTS,
    row_id=lambda row: row.id,
    columns=(
        ListColumn(
            "Number", lambda row: row.number, address=lambda row: f"/desk/documents/{row.number}", sort="number"
        ),
        ListColumn("Issued", lambda row: row.issued_on, ColumnKind.DAY),
        ListColumn("Given", lambda row: row.given_on, ColumnKind.DAY, shown=Shown.FILE),
        ListColumn(
            "Donor", lambda row: row.donor or "No name", address=lambda row: f"/desk/gifts/{row.gift}", is_main=True
        ),
        ListColumn("For", lambda row: ", ".join(row.campaigns)),
        ListColumn("Amount", lambda row: row.amount, ColumnKind.MONEY),
        ListColumn("Currency", lambda row: row.amount.currency.code, shown=Shown.FILE),
        ListColumn("Edition", lambda row: row.edition, ColumnKind.COUNT, shown=Shown.FILE),
        ListColumn("Gift", lambda row: row.gift, shown=Shown.FILE),
    ),
    sorts=("number",),
    sort=ListSort("number"),
    fields=(
        ListField(CAMPAIGN, "Campaign"),
        ListField(DONOR, "Donor"),
    ),
    dated="Issued",
    template="treasury/documents.html",
)
