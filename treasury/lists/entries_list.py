"""`/desk/entries`: the journal, and the list that adds up to each figure of the desk."""

from ledger.accounts import Account, Figure
from ledger.kinds import EntryKind
from payments.gifts.entry_list_views import ENTRIES, EntryListRow
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import CAMPAIGN, CURRENCY, ListField, ListSort

_OF_PAYOUTS = (EntryKind.PAYOUT, EntryKind.PAYOUT_FAILED, EntryKind.PAID, EntryKind.UNPAID)


def account_name(account: Account) -> str:
    """An account in words: "In transit"."""
    return account.value.replace("_", " ").capitalize()


def _address(row: EntryListRow) -> str:
    if row.gift:
        return f"/desk/gifts/{row.gift}"
    return f"/desk/trace/{row.subject}"


def _what(row: EntryListRow) -> str:
    """What was booked, in words; the campaign has a column of its own."""
    rules = row.kind.rules
    sentence = rules.sentence(row.debit, row.credit)
    return rules.noun.capitalize() if "{of}" in sentence else sentence


ENTRY_LIST = DeskList[EntryListRow](
    path="/desk/entries",
    title="Entries",
    lead="The journal: every movement of money as it was booked, by debit and credit.",
    finds="A name, an amount, a gift's reference, or an entry's key or subject.",
    empty="Nothing was booked yet.",
    question=ENTRIES,
    row_id=lambda row: row.id,
    columns=(
        ListColumn("Day", lambda row: row.day, ColumnKind.DAY, sort="day"),
        ListColumn("What", _what, address=_address, is_main=True),
        ListColumn("Donor", lambda row: row.donor),
        ListColumn("For", lambda row: row.campaign),
        ListColumn("Debit", lambda row: account_name(row.debit)),
        ListColumn("Credit", lambda row: account_name(row.credit)),
        ListColumn("Amount", lambda row: row.amount, ColumnKind.MONEY),
        ListColumn("Currency", lambda row: row.amount.currency.code, shown=Shown.FILE),
        ListColumn("Subject", lambda row: row.subject, shown=Shown.FILE),
        ListColumn("Gift", lambda row: row.gift, shown=Shown.FILE),
        ListColumn("Key", lambda row: row.key, shown=Shown.FILE),
        ListColumn("Cause", lambda row: row.cause, shown=Shown.FILE),
        ListColumn("Entry", lambda row: row.id, ColumnKind.COUNT, shown=Shown.FILE),
    ),
    sorts=("day",),
    sort=ListSort("day"),
    fields=(
        ListField("figure", "Figure", {"": "All entries"} | {figure.value: figure.heading for figure in Figure}),
        ListField("account", "Account", {"": "All"} | {account.value: account_name(account) for account in Account}),
        ListField(CAMPAIGN, "Campaign"),
        ListField("groups", "Its groups", {"": "Without", "with": "With them"}),
        ListField(CURRENCY, "Currency"),
    ),
)
