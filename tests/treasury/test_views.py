"""What the desk asks of the database, on both engines: the lists add up to the figures."""

from collections.abc import Sequence
from datetime import UTC
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import Connection, Engine

from database.lists import ListChoice, ListWindow, list_rows, list_total
from database.transactions import reading
from ledger.accounts import Account, Figure
from ledger.kinds import EntryKind
from ledger.money import GBP, Money
from ledger.views import EntryChoice, monthly_sums
from payments.gifts.entry_list_views import ENTRIES, EntryListRow
from payments.gifts.views import DiscrepancyRow, discrepancies
from tests.payments.messages import charged
from tests.payments.organisation_books import gift_id
from tests.proof.books import BUSES, Desk
from treasury.lists.entries_list import ENTRY_LIST
from treasury.overview.figures import SHOWN, list_address, sheets


def choice_at(address: str) -> ListChoice:
    """The entries that an address means."""
    return ENTRY_LIST.form.read(dict(parse_qsl(urlsplit(address).query))).choice(UTC)


def entries(conn: Connection, choice: ListChoice) -> Sequence[EntryListRow]:
    """The entries of a choice, newest first."""
    return list_rows(conn, ENTRIES, choice, ListWindow("day", descending=True, limit=50))


def filled(desk: Desk) -> None:
    """Two campaigns, two months, a refund, a fee and a lost dispute."""
    desk.give(1, 2500)
    desk.give(2, 1000, BUSES)
    desk.give(3, 500, BUSES, days_ago=40)
    desk.move(EntryKind.REFUND, Account.REFUNDS, Account.CLEARING, 700)
    desk.move(EntryKind.DISPUTE, Account.DISPUTE_LOSSES, Account.CLEARING, 300)
    desk.move(EntryKind.FEE, Account.FEES, Account.STRIPE, 58)


def test_every_figure_equals_the_list_behind_it(desk: Desk, engine: Engine) -> None:
    """Figures come from the kept totals, lists from the entries: two ways to one sum."""
    filled(desk)
    with reading(engine) as conn:
        [sheet] = sheets(monthly_sums(conn, SHOWN))
        for row in (*sheet.by_campaign, *sheet.by_month, sheet.total):
            for figure, cell in zip(sheet.columns, row.cells, strict=True):
                assert cell.address == list_address(EntryChoice(figure, row.campaign, row.month, "GBP"))
                choice = choice_at(cell.address)
                listed, total = entries(conn, choice), list_total(conn, ENTRIES, choice)

                assert sum((entry.amount for entry in listed), Money(0, GBP)) == cell.amount
                assert (total.rows, total.minor.get("GBP", 0)) == (len(listed), cell.amount.minor)


def test_a_charge_of_another_amount_is_a_thing_to_do(desk: Desk, engine: Engine) -> None:
    """With both amounts, and whose gift it was."""
    desk.books.pledge(1, amount=2500)
    desk.books.deliver(charged("1", gift=gift_id(1), amount=2000))
    with reading(engine) as conn:
        [discrepancy] = discrepancies(conn, limit=50)

    asked, charged_instead = Money(2500, GBP), Money(2000, GBP)
    expected = DiscrepancyRow("ch_1", gift_id(1), "Donor 1", asked, charged_instead, "amount", discrepancy.noted_at)
    assert discrepancy == expected


def test_every_figure_has_accounts_that_the_sums_hold() -> None:
    """A figure whose accounts are not asked for would always be nought."""
    from_figures = {account for figure in Figure for account in figure.accounts}

    assert from_figures == set(SHOWN)
