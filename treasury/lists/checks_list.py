"""`/desk/checks`: gifts whose donors are checked, those with the fewest days left first."""

from compliance.check import CheckState
from compliance.check_list_views import CHECKS, PENDING, CheckListRow
from treasury.checks.words import DONOR_TYPES, REASONS, STATES, clock_words, short_type
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import CAMPAIGN, DONOR, ListField, ListSort


def _days_left(row: CheckListRow) -> int | None:
    """Of a check that has ended no days are left to speak of."""
    return row.days_left if row.state in PENDING else None


CHECK_LIST = DeskList[CheckListRow](
    path="/desk/checks",
    title="Checks",
    lead="Gifts whose donors must be checked. Each is accepted by a named person or goes back; until then it is not "
    "to be spent.",
    finds="A name, an address, an amount, or a reference of a gift.",
    empty="No gift needs a check.",
    question=CHECKS,
    row_id=lambda row: row.gift_id,
    columns=(
        ListColumn("Until", lambda row: row.last_day, ColumnKind.DAY, sort="left"),
        ListColumn(
            "Donor", lambda row: row.donor or "No name", address=lambda row: f"/desk/checks/{row.gift_id}", is_main=True
        ),
        ListColumn("Clock", lambda row: clock_words(row.state, row.days_left)),
        ListColumn("Received", lambda row: row.received_on, ColumnKind.DAY, shown=Shown.FILE),
        ListColumn("For", lambda row: ", ".join(row.campaigns)),
        ListColumn("Who in law", lambda row: short_type(row.donor_type) if row.donor_type else "Not recorded yet"),
        ListColumn("Amount", lambda row: row.amount, ColumnKind.MONEY, sort="amount"),
        ListColumn("Currency", lambda row: row.amount.currency.code, shown=Shown.FILE),
        ListColumn("State", lambda row: STATES[row.state], shown=Shown.FILE),
        ListColumn("Days left", _days_left, ColumnKind.COUNT, shown=Shown.FILE),
        ListColumn("Why", lambda row: REASONS[row.reason], shown=Shown.FILE),
        ListColumn("Ended", lambda row: row.ended_on, ColumnKind.DAY, shown=Shown.FILE),
        ListColumn("By", lambda row: row.ended_by, shown=Shown.FILE),
        ListColumn("Gift", lambda row: row.gift_id, shown=Shown.FILE),
    ),
    sorts=("left", "amount"),
    sort=ListSort("left", descending=False),
    fields=(
        ListField(
            "state",
            "State",
            {"waiting": "Neither accepted nor returned"} | {state.value: STATES[state] for state in CheckState}
            | {"all": "All"},
        ),
        ListField("left", "Days left", {"": "Any", "over": "None: over", "3": "3 or fewer", "10": "10 or fewer"}),
        ListField(
            "type",
            "Who in law",
            {"": "Anybody", "nobody": "Not recorded yet"} | {kind.value: words for kind, words in DONOR_TYPES.items()},
        ),
        ListField(CAMPAIGN, "Campaign"),
        ListField(DONOR, "Donor"),
    ),
    dated="Last day",
    template="treasury/checks.html",
)  # fmt: skip
