"""Figures add up by campaign and month, and each leads to the list that it adds up from."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as some

from ledger.accounts import Account, Figure
from ledger.money import EUR, GBP, Money
from ledger.views import EntryChoice, MonthlySum
from treasury.overview.figures import SHOWN, Cell, FigureRow, list_address, sheets
from treasury.overview.recent import recent_months

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def gifts(campaign: int, month: date, pence: int, count: int = 1) -> MonthlySum:
    """What the gifts account moved."""
    return MonthlySum(Account.GIFTS, campaign, month, Money(pence, GBP), count)


def test_gifts_add_up_by_campaign_and_by_month() -> None:
    """Newest month first; the same total below both."""
    [sheet] = sheets([gifts(1, NOVEMBER, 2500), gifts(2, NOVEMBER, 1000), gifts(2, OCTOBER, 500, 2)])

    assert [(row.campaign, row.gifts, row.cells[0].amount.minor) for row in sheet.by_campaign] == [
        (1, 1, 2500),
        (2, 3, 1500),
    ]
    assert [(row.month, row.gifts, row.cells[0].amount.minor) for row in sheet.by_month] == [
        (NOVEMBER, 2, 3500),
        (OCTOBER, 2, 500),
    ]
    assert sheet.total == FigureRow(
        None, None, 4, (Cell(Money(4000, GBP), "/desk/entries?figure=raised&currency=GBP"),), Money(4000, GBP)
    )


def test_refunds_and_fees_have_columns_only_when_there_are_any() -> None:
    """A new installation's desk is not a table of noughts."""
    refund = MonthlySum(Account.REFUNDS, 1, NOVEMBER, Money(-1000, GBP), 0)
    fee = MonthlySum(Account.FEES, 0, NOVEMBER, Money(-58, GBP), 0)

    [plain], [full] = sheets([gifts(1, NOVEMBER, 2500)]), sheets([gifts(1, NOVEMBER, 2500), refund, fee])

    assert plain.columns == (Figure.RAISED,)
    assert (plain.has_left, full.has_left, full.total.left) == (False, True, Money(1442, GBP))
    assert dict(zip(full.columns, (cell.amount.minor for cell in full.total.cells), strict=True)) == {
        Figure.GIVEN: 2500,
        Figure.GIVEN_BACK: -1000,
        Figure.RAISED: 1500,
        Figure.FEES: -58,
    }


def test_money_without_a_campaign_has_a_row_only_while_there_is_any() -> None:
    """What came as other money and was made a gift later left nothing there."""
    fee, back = (MonthlySum(Account.FEES, 0, NOVEMBER, Money(minor, GBP), 0) for minor in (-58, 58))

    [gone], [there] = sheets([gifts(1, NOVEMBER, 2500), fee, back]), sheets([gifts(1, NOVEMBER, 2500), fee])

    assert [row.campaign for row in gone.by_campaign] == [1]
    assert [row.campaign for row in there.by_campaign] == [0, 1]


def test_each_currency_has_a_sheet_of_its_own() -> None:
    """Pounds and euros are never added up."""
    euros = MonthlySum(Account.GIFTS, 1, NOVEMBER, Money(700, EUR), 1)

    made = sheets([euros, gifts(1, NOVEMBER, 2500, 2)])

    assert [(sheet.currency, sheet.total.cells[0].amount) for sheet in made] == [
        (GBP, Money(2500, GBP)),
        (EUR, Money(700, EUR)),
    ]


def test_a_choice_has_one_address() -> None:
    """Shared and bookmarked, it shows the same list."""
    choice = EntryChoice(Figure.GIVEN_BACK, campaign=2, month=NOVEMBER, currency="GBP")

    assert list_address(choice) == "/desk/entries?figure=given-back&campaign=2&month=2026-11&currency=GBP"


movements = some.builds(
    MonthlySum,
    some.sampled_from(SHOWN),
    some.integers(0, 3),
    some.dates(date(2026, 1, 1), date(2027, 12, 31)).map(lambda day: day.replace(day=1)),
    some.builds(Money, some.integers(-(10**6), 10**6), some.sampled_from([GBP, EUR])),
    some.integers(0, 5),
)


@given(some.lists(movements, max_size=30))
def test_campaigns_months_and_the_whole_always_agree(sums: list[MonthlySum]) -> None:
    """However money moved, both tables have the same last line."""
    for sheet in sheets(sums):
        for rows in (sheet.by_campaign, sheet.by_month):
            for n, cell in enumerate(sheet.total.cells):
                assert sum(row.cells[n].amount.minor for row in rows) == cell.amount.minor
            assert sum(row.gifts for row in rows) == sheet.total.gifts


def test_this_month_and_the_last_stand_first_with_what_is_left() -> None:
    """Also a month in which nothing moved; what went back and fees are taken off. Over the new year too."""
    refund = MonthlySum(Account.REFUNDS, 1, NOVEMBER, Money(-500, GBP), 0)
    fee = MonthlySum(Account.FEES, 1, NOVEMBER, Money(-58, GBP), 0)
    [part] = recent_months([gifts(1, NOVEMBER, 2500), refund, fee], [GBP], date(2026, 12, 1))
    december, november = part.months
    assert (december.gifts, december.left.amount.minor) == (0, 0)
    assert [cell.amount.minor for cell in november.cells] == [2500, -500, -58]
    assert (november.left.amount.minor, november.left.address) == (1942, "/desk/books/2026-11")
    assert november.cells[0].address == "/desk/entries?figure=given&month=2026-11&currency=GBP"
    [january] = recent_months([], [GBP], date(2027, 1, 31))
    assert [row.month for row in january.months] == [date(2027, 1, 1), date(2026, 12, 1)]
