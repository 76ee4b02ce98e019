"""`/desk/disputes`: donors' banks that ask for money back, those that wait for an answer first."""

from payments.books.list_views import DISPUTES, DisputeListRow
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.dispute_words import dispute_words
from treasury.lists.list_filter import CAMPAIGN, CURRENCY, ListField, ListSort

_STATES = {
    "needs_response": "Needs an answer", "warning_needs_response": "An inquiry, needs an answer",
    "under_review": "The bank considers it", "warning_under_review": "An inquiry, being considered",
    "won": "Won: the money is ours", "lost": "Lost: the money is gone", "warning_closed": "An inquiry, closed",
    "prevented": "Prevented",
}  # fmt: skip


def _address(row: DisputeListRow) -> str:
    return f"/desk/gifts/{row.gift}" if row.gift else f"/desk/trace/{row.dispute.id}"


def _words(word: str) -> str:
    return word.replace("_", " ").capitalize()


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


DISPUTE_LIST = DeskList[DisputeListRow](
    path="/desk/disputes",
    title="Disputes",
    lead="Donors' banks that ask for money back. Answer them at Stripe: who does not answer in time has lost.",
    finds="A name, an address, an amount, or an id of Stripe's.",
    empty="No bank has asked for money back.",
    question=DISPUTES,
    row_id=lambda row: row.dispute.id,
    columns=(
        ListColumn("Answer by", lambda row: row.dispute.answer_by, ColumnKind.DAY, sort="due"),
        ListColumn("Donor", lambda row: row.dispute.donor or "No name", address=_address, is_main=True),
        ListColumn("State", lambda row: _STATES.get(row.dispute.state) or _words(row.dispute.state)),
        ListColumn("Why", lambda row: _sentence(dispute_words(row.dispute.reason))),
        ListColumn("Reason", lambda row: row.dispute.reason, shown=Shown.FILE),
        ListColumn("Dispute", lambda row: row.dispute.id),
        ListColumn("Amount", lambda row: row.dispute.amount, ColumnKind.MONEY, sort="amount"),
        ListColumn("Currency", lambda row: row.dispute.amount.currency.code, shown=Shown.FILE),
        ListColumn("Payment", lambda row: row.payment, shown=Shown.FILE),
        ListColumn("Gift", lambda row: row.gift, shown=Shown.FILE),
    ),
    sorts=("due", "amount"),
    sort=ListSort("due", descending=False),
    fields=(
        ListField(
            "state",
            "State",
            {"": "All", "to-answer": "Need an answer", "under-way": "Being considered", "decided": "Decided"},
        ),
        ListField(CAMPAIGN, "Campaign"),
        ListField(CURRENCY, "Currency"),
    ),
    dated="Answer by, from",
)
