"""`/desk/payouts`: what Stripe sent to the bank."""

from payments.books.list_views import PAYOUTS
from payments.books.views import PayoutRow
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import CURRENCY, ListField, ListSort

_STATES = {
    "arrived": "At the bank", "back": "Came back", "pending": "Not sent yet", "in_transit": "On its way",
    "canceled": "Cancelled", "paid": "At the bank, says Stripe",
}  # fmt: skip


def _inside(row: PayoutRow) -> str:
    if row.lines is None:
        return "Not listed by Stripe"
    return "Adds up" if row.lines == row.amount else f"Adds up to {row.lines}"


PAYOUT_LIST = DeskList[PayoutRow](
    path="/desk/payouts",
    title="Payouts",
    lead="What Stripe sent to the bank. Each amount is one line of the bank statement, on the day on which it arrived.",
    finds="An amount, or a payout's id.",
    empty="Stripe has not sent anything to the bank yet.",
    question=PAYOUTS,
    row_id=lambda row: row.id,
    columns=(
        ListColumn("Arrived", lambda row: row.arrived_on, ColumnKind.DAY, sort="day"),
        ListColumn(
            "State", lambda row: _STATES.get(row.state, row.state.replace("_", " ").capitalize()), is_main=True
        ),
        ListColumn("Sent", lambda row: row.at, ColumnKind.DAY),
        ListColumn("Payout", lambda row: row.id, address=lambda row: f"/desk/payouts/{row.id}"),
        ListColumn("What is in it", _inside),
        ListColumn("Amount", lambda row: row.amount, ColumnKind.MONEY, sort="amount"),
        ListColumn("Currency", lambda row: row.amount.currency.code, shown=Shown.FILE),
    ),
    sorts=("day", "amount"),
    sort=ListSort("day"),
    fields=(
        ListField(
            "state",
            "State",
            {
                "": "All", "arrived": "At the bank", "on-its-way": "On its way", "back": "Came back",
                "unlike": "Not the sum of its payments",
            },
        ),
        ListField(CURRENCY, "Currency"),
    ),
    dated="Arrived",
)  # fmt: skip
