"""Income by campaign: every figure is the sum of its list, and a parent is the sum of its parts."""

from datetime import date

from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.store import add_campaign, campaign_names
from database.transactions import reading, writing
from ledger.income_views import campaign_incomes, no_income
from ledger.money import GBP
from tests.proof.books import LIBRARIES, Desk
from tests.treasury.books.simulated_books import post_simulated, require_sums
from treasury.books.campaign_income import income_sheets
from treasury.books.spans import BookSpan

AUTUMN = BookSpan(date(2026, 9, 15), date(2026, 11, 14))


def test_every_figure_of_a_campaign_is_the_sum_of_its_list(desk: Desk, engine: Engine) -> None:
    """Alone, with its groups, as a group, and of money without a campaign; nothing is counted twice in all."""
    with writing(engine) as conn:
        for town in ("leeds", "york"):
            add_campaign(conn, Campaign(0, town, town.capitalize(), "A story.", GBP, parent_id=LIBRARIES))
    post_simulated(engine, campaigns=4)
    with reading(engine) as conn:
        incomes = campaign_incomes(conn, AUTUMN.first, AUTUMN.last)
        for sheet in income_sheets(incomes, campaign_names(conn), AUTUMN):
            cells = [cell for row in sheet.rows for cell in (row.given, row.shares, row.given_back, row.fees)]
            require_sums(conn, cells)
            nothing = no_income(sheet.currency)
            groups = [row.income for row in sheet.rows if row.parent]
            tops = [row.income for row in sheet.rows if not row.parent]
            assert sum(tops, start=nothing) == sheet.total
            assert sum(groups, start=nothing) == next(row.income for row in sheet.rows if row.with_groups)
            titles = [(row.title, row.parent) for row in sheet.rows]
            parent = "Save our libraries"
            assert titles[:4] == [(parent, ""), *((part, parent) for part in ("Without its groups", "Leeds", "York"))]
            assert titles[4:] == [("Bring back the bus", ""), ("No campaign", "")]
