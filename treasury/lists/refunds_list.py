"""`/desk/refunds`: what went back to donors."""

from payments.books.list_views import REFUNDS, RefundListRow
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import CAMPAIGN, CURRENCY, ListField, ListSort

_STATES = {
    "undone": "Failed: the money is ours again", "waiting": "Waits for its gift to be known",
    "settled": "Left Stripe's balance", "agreed": "Not yet seen in Stripe's balance",
}  # fmt: skip


def _address(row: RefundListRow) -> str:
    return f"/desk/gifts/{row.gift}" if row.gift else f"/desk/trace/{row.id}"


REFUND_LIST = DeskList[RefundListRow](
    path="/desk/refunds",
    title="Refunds",
    lead="What went back to donors, and what became of it.",
    finds="A name, an address, an amount, or an id of Stripe's.",
    empty="Nothing went back to a donor yet.",
    question=REFUNDS,
    row_id=lambda row: row.id,
    columns=(
        ListColumn("Day", lambda row: row.at, ColumnKind.DAY, sort="day"),
        ListColumn("Donor", lambda row: row.donor or "No name", address=_address, is_main=True),
        ListColumn("Refund", lambda row: row.id),
        ListColumn("State", lambda row: _STATES[row.state]),
        ListColumn("Amount", lambda row: row.amount, ColumnKind.MONEY, sort="amount"),
        ListColumn("Currency", lambda row: row.amount.currency.code, shown=Shown.FILE),
        ListColumn("Payment", lambda row: row.payment, shown=Shown.FILE),
        ListColumn("Gift", lambda row: row.gift, shown=Shown.FILE),
    ),
    sorts=("day", "amount"),
    sort=ListSort("day"),
    fields=(
        ListField("state", "State", {"": "All", "agreed": "Agreed", "undone": "Failed"}),
        ListField(CAMPAIGN, "Campaign"),
        ListField(CURRENCY, "Currency"),
    ),
)
