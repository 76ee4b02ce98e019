"""`/desk/gifts`: every gift, and who gave it."""

from ledger.giving_kind import GivingKind
from payments.gifts.gift import GiftState
from payments.gifts.gift_list_views import GIFTS, GiftListRow
from payments.gifts.giving_views import NO_SOURCE
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import CAMPAIGN, CURRENCY, DONOR, SOURCE, ListField, ListSort

GIFT_STATES = {
    GiftState.PENDING: "Begun, not paid",
    GiftState.PROCESSING: "The bank is working on it",
    GiftState.EXPIRED: "Not paid",
    GiftState.FAILED: "Failed",
    GiftState.RECEIVED: "Received",
}
KIND_NAMES = {
    GivingKind.ONCE.value: "Once, online",
    GivingKind.RECURRING.value: "Instalments",
    GivingKind.OFFLINE.value: "Offline",
}


def gift_state(row: GiftListRow) -> str:
    """Its state in words; of one that went back, how much of it did."""
    if not row.went_back:
        return GIFT_STATES[row.state]
    return "Given back" if row.went_back.minor >= row.amount.minor else "Part given back"


def _donor(row: GiftListRow) -> str | None:
    return f"/desk/donors/{row.donor_id}" if row.donor_id else None


GIFT_LIST = DeskList[GiftListRow](
    path="/desk/gifts",
    title="Gifts",
    lead="Every gift, with who gave it and for what. Instalments of recurring gifts are gifts too.",
    finds="A name, an address, an amount, a reference, a receipt number, or an id of Stripe's.",
    empty="No gift has been received yet. The first will be here as soon as Stripe says that it was paid.",
    question=GIFTS,
    row_id=lambda row: row.id,
    columns=(
        ListColumn("Day", lambda row: row.day, ColumnKind.DAY, lambda row: f"/desk/gifts/{row.id}", "day"),
        ListColumn("Donor", lambda row: row.donor or "No name", address=_donor, is_main=True),
        ListColumn("Email", lambda row: row.email, shown=Shown.FILE),
        ListColumn("For", lambda row: ", ".join(row.campaigns)),
        ListColumn(
            "Receipt", lambda row: row.receipt, address=lambda row: f"/desk/receipts/{row.receipt}"
        ),
        ListColumn("State", gift_state),
        ListColumn("Amount", lambda row: row.amount, ColumnKind.MONEY, sort="amount"),
        ListColumn("Given back", lambda row: row.went_back, ColumnKind.MONEY, shown=Shown.FILE),
        ListColumn("Currency", lambda row: row.amount.currency.code, shown=Shown.FILE),
        ListColumn("Reference", lambda row: row.reference, shown=Shown.FILE),
        ListColumn("Offline", lambda row: row.means, shown=Shown.FILE),
        ListColumn("Offline reference", lambda row: row.means_reference, shown=Shown.FILE),
        ListColumn("Recurring", lambda row: "yes" if row.recurring_id else "no", shown=Shown.FILE),
        ListColumn("Payment", lambda row: row.payment, shown=Shown.FILE),
        ListColumn("Came by", lambda row: row.source, shown=Shown.FILE),
        ListColumn("Message", lambda row: row.message, shown=Shown.FILE),
        ListColumn("Gift", lambda row: row.id, shown=Shown.FILE),
    ),
    sorts=("day", "amount"),
    sort=ListSort("day"),
    fields=(
        ListField(CAMPAIGN, "Campaign"),
        ListField(DONOR, "Donor"),
        ListField("kind", "Kind", {"": "All kinds"} | KIND_NAMES),
        ListField(
            "state",
            "State",
            {"received": "Received", "not-paid": "Not paid"}
            | {state.value: name for state, name in GIFT_STATES.items() if state is not GiftState.RECEIVED},
        ),
        ListField(CURRENCY, "Currency"),
        ListField(SOURCE, "Came by", {"": "Any link", NO_SOURCE: "No link with a code"}),
    ),
)  # fmt: skip
