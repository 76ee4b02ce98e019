"""What the desk asks of the database, on both engines: the lists add up to the figures."""

from datetime import date

from sqlalchemy import Engine

from database.transactions import reading
from ledger.accounts import Account, Figure
from ledger.kinds import EntryKind
from ledger.money import GBP, Money
from ledger.views import EntryChoice, monthly_sums, sums_of
from payments.gifts.views import DiscrepancyRow, discrepancies, movements
from tests.payments.messages import charged
from tests.payments.organisation_books import gift_id
from tests.proof.books import BUSES, LIBRARIES, Desk
from treasury.overview.figures import SHOWN, list_address, sheets


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
                choice = EntryChoice(figure, row.campaign, row.month, "GBP")
                listed = movements(conn, choice, limit=50)

                assert cell.address == list_address(choice)
                assert sum((movement.amount for movement in listed), Money(0, GBP)) == cell.amount
                assert sums_of(conn, choice) == ([cell.amount] if listed else [])


def test_the_list_names_donor_receipt_and_payment(desk: Desk, engine: Engine) -> None:
    """Newest first."""
    desk.give(1, 2500)
    desk.give(2, 1000, BUSES)
    with reading(engine) as conn:
        listed = movements(conn, EntryChoice(), limit=50)

    assert [(row.donor, row.receipt, row.subject, row.campaign) for row in listed] == [
        ("Donor 2", "2026-000002", "pi_2", BUSES),
        ("Donor 1", "2026-000001", "pi_1", LIBRARIES),
    ]


def test_a_month_holds_its_first_and_its_last_day(desk: Desk, engine: Engine) -> None:
    """31 October and 1 November are in different lists."""
    desk.give(1, 2500, days_ago=20)
    desk.give(2, 1000, days_ago=21)
    with reading(engine) as conn:
        months = {month: movements(conn, EntryChoice(month=date(2026, month, 1)), 50) for month in (10, 11)}

    assert {month: [row.book_date.day for row in listed] for month, listed in months.items()} == {10: [31], 11: [1]}


def test_pages_of_a_list_follow_on_without_gap_or_overlap(desk: Desk, engine: Engine) -> None:
    """The entry that a page ends with begins nothing new when gifts arrive meanwhile."""
    for n in range(1, 8):
        desk.give(n, 100 * n)
    seen: list[list[int]] = []
    before = None
    with reading(engine) as conn:
        for _ in range(4):
            page = movements(conn, EntryChoice(), limit=3, before=before)
            seen.append([row.amount.minor for row in page])
            before = page[-1].entry if page else before

    assert seen == [[700, 600, 500], [400, 300, 200], [100], []]


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
