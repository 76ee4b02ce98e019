"""`/desk/recurring`: who gives every week, month, quarter or year, with what is next and what has failed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection

from payments.gifts.recurring import Interval, RecurringState
from payments.gifts.recurring_views import RECURRING, RecurringListRow, expected_sums
from payments.gifts.recurring_words import PER
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import CAMPAIGN, CURRENCY, DONOR, ListField, ListSort
from treasury.recurring.names import NAMES

_EACH = {
    Interval.WEEK: "Every week", Interval.MONTH: "Every month", Interval.QUARTER: "Every quarter",
    Interval.YEAR: "Every year",
}  # fmt: skip


def _state(listed: RecurringListRow) -> str:
    row = listed.row
    tried = f", tried {'once' if row.failed == 1 else f'{row.failed} times'}" if row.failed else ""
    return NAMES[row.state] + tried


def _next(listed: RecurringListRow) -> date | None:
    """When Stripe tries again what has failed, else when the next instalment is due."""
    return listed.row.retry_at or listed.row.next_at


def _to_come(conn: Connection) -> Mapping[str, Any]:
    return {"expected": expected_sums(conn), "per": PER}


RECURRING_LIST = DeskList[RecurringListRow](
    path="/desk/recurring",
    title="Recurring gifts",
    lead="Who gives every month or every year stands here, with what is next and what has failed.",
    finds="A name, an address, an amount, a reference, or an id of Stripe's.",
    empty="Nobody gives regularly yet.",
    question=RECURRING,
    row_id=lambda listed: listed.row.id,
    columns=(
        ListColumn("Begun", lambda listed: listed.row.began_at, ColumnKind.DAY, sort="began"),
        ListColumn(
            "Donor", lambda listed: listed.row.donor or "No name",
            address=lambda listed: f"/desk/recurring/{listed.row.id}", sort="name", is_main=True,
        ),
        ListColumn("Email", lambda listed: listed.row.email, shown=Shown.FILE),
        ListColumn("For", lambda listed: ", ".join(listed.campaigns)),
        ListColumn("State", _state),
        ListColumn("Next", _next, ColumnKind.DAY, sort="next"),
        ListColumn("Failed attempts", lambda listed: listed.row.failed or None, ColumnKind.COUNT, shown=Shown.FILE),
        ListColumn("Stripe tries again", lambda listed: listed.row.retry_at, ColumnKind.INSTANT, shown=Shown.FILE),
        ListColumn("How often", lambda listed: _EACH[listed.row.rhythm.interval]),
        ListColumn("Amount", lambda listed: listed.row.amount, ColumnKind.MONEY, sort="amount"),
        ListColumn("Currency", lambda listed: listed.row.amount.currency.code, shown=Shown.FILE),
        ListColumn("Ends", lambda listed: listed.row.ends_at, ColumnKind.DAY, shown=Shown.FILE),
        ListColumn("Reference", lambda listed: listed.row.reference, shown=Shown.FILE),
        ListColumn("Recurring gift", lambda listed: listed.row.id, shown=Shown.FILE),
    ),
    sorts=("began", "next", "name", "amount"),
    sort=ListSort("began"),
    fields=(
        ListField(
            "state",
            "State",
            {"": "All", "running": "All that run", "expected": "Will be charged again"}
            | {state.value: name for state, name in NAMES.items() if state is not RecurringState.PENDING},
        ),
        ListField("interval", "How often", {"": "Any"} | {interval.value: name for interval, name in _EACH.items()}),
        ListField(CAMPAIGN, "Campaign"), ListField(DONOR, "Donor"),
        ListField(CURRENCY, "Currency"),
    ),
    dated="Begun",
    template="treasury/recurring.html",
    above=_to_come,
)  # fmt: skip
