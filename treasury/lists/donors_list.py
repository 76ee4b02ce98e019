"""`/desk/donors`: everybody who gave or began to, as people."""

from payments.gifts.donor_list_views import DONORS, DonorListRow
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import CAMPAIGN, ListField, ListSort

_MOST_GIVEN = 2  # currencies of one donor that a cell shows


def _given(row: DonorListRow, place: int) -> object:
    return row.given[place] if place < len(row.given) else None


DONOR_LIST = DeskList[DonorListRow](
    path="/desk/donors",
    title="Donors",
    lead="Everybody who gave, as people: two addresses that you merged are one donor. Given is less what went back.",
    finds="A name or an address: words, or how they begin.",
    empty="Nobody has given yet.",
    question=DONORS,
    row_id=lambda row: row.id,
    columns=(
        ListColumn(
            "Name", lambda row: row.name or "No name", address=lambda row: f"/desk/donors/{row.id}", sort="name",
            is_main=True,
        ),
        ListColumn("Email", lambda row: row.email),
        ListColumn("Since", lambda row: row.since, ColumnKind.DAY, sort="since"),
        ListColumn("Last gift", lambda row: row.last_on, ColumnKind.DAY),
        ListColumn("Gifts", lambda row: row.gifts, ColumnKind.COUNT),
        ListColumn("Given", lambda row: row.given[0] if row.given else None, ColumnKind.MONEY),
        ListColumn("Went back", lambda row: ", ".join(str(amount) for amount in row.back), shown=Shown.FILE),
        ListColumn(
            "Currency", lambda row: row.given[0].currency.code if row.given else None, shown=Shown.FILE
        ),
        ListColumn(
            "Given in other currencies", lambda row: ", ".join(str(amount) for amount in row.given[1:]),
            shown=Shown.FILE,
        ),
        ListColumn("Donor", lambda row: row.id, shown=Shown.FILE),
    ),
    sorts=("since", "name"),
    sort=ListSort("since"),
    fields=(
        ListField(
            "kind",
            "Who",
            {
                "": "Everybody", "gave": "Gave", "monthly": "Give regularly", "new": "Gave first on these days",
                "lapsed": "Gave on these days, and not since",
            },
        ),
        ListField(CAMPAIGN, "Gave to"),
    ),
    dated="Since",
)  # fmt: skip
