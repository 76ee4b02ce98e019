"""What a campaign's target may count besides money: donors, and what recurring gifts bring in a month."""

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.campaign import Campaign
from campaigns.store import add_campaign
from database.transactions import reading, writing
from ledger.money import GBP, Money
from payments.gifts.campaign_views import donors_by_campaign, monthly_by_campaign
from payments.gifts.gift import DonorDetails, GiftState, Share, pledge
from payments.gifts.recurring import Interval, RecurringState, Rhythm, begin
from payments.gifts.recurring_store import add_recurring
from payments.gifts.store import add_gift
from payments.gifts.tables import gift as gift_table
from payments.gifts.tables import recurring as recurring_table
from tests.payments.organisation_books import NOON, Books


def even(campaigns: list[int]) -> list[Share]:
    """The same for each."""
    return [Share(n, campaign, 1) for n, campaign in enumerate(campaigns)]


def give(conn: Connection, email: str, campaigns: list[int], state: GiftState = GiftState.RECEIVED) -> None:
    """A gift of a donor, shared by these campaigns."""
    gift = pledge(Money(1000, GBP), even(campaigns), DonorDetails("", email, ""), NOON)
    add_gift(conn, gift)
    conn.execute(sa.update(gift_table).where(gift_table.c.id == gift.id).values(state=state.value))


def repeat(
    conn: Connection,
    minor: int,
    interval: Interval,
    campaigns: list[int],
    state: RecurringState = RecurringState.ACTIVE,
    *,
    paused: bool = False,
) -> None:
    """A recurring gift, shared by these campaigns; Stripe plans no next instalment for one that is paused."""
    first = pledge(Money(minor, GBP), even(campaigns), DonorDetails("", "m@example.org", ""), NOON)
    add_gift(conn, first)
    recurring = begin(first, Rhythm(interval))
    add_recurring(conn, recurring)
    values = {"state": state.value, "next_at": None if paused else NOON}
    conn.execute(sa.update(recurring_table).where(recurring_table.c.id == recurring.id).values(values))


def test_a_donor_counts_once_for_each_campaign(books: Books) -> None:
    """However often they give, and however they spell their address; who has not paid yet does not count."""
    with writing(books.engine) as conn:
        give(conn, "ada@example.org", [1])
        give(conn, "Ada@Example.org", [1, 2])
        give(conn, "bo@example.org", [1])
        give(conn, "cy@example.org", [1], GiftState.PENDING)

    with reading(books.engine) as conn:
        assert donors_by_campaign(conn, [1, 2]) == {1: 2, 2: 1}


def test_recurring_gifts_are_counted_by_the_month(books: Books) -> None:
    """A week's is 52 twelfths, a year's a twelfth; paused and ended ones bring nothing, shared ones their share."""
    with writing(books.engine) as conn:
        repeat(conn, 1200, Interval.MONTH, [1])
        repeat(conn, 300, Interval.WEEK, [1])
        repeat(conn, 6000, Interval.YEAR, [1], RecurringState.PAST_DUE)
        repeat(conn, 900, Interval.QUARTER, [1], RecurringState.ENDING)
        repeat(conn, 5000, Interval.MONTH, [1], RecurringState.ENDED)
        repeat(conn, 5000, Interval.MONTH, [1], paused=True)
        repeat(conn, 1000, Interval.MONTH, [1, 2])

    with reading(books.engine) as conn:
        assert monthly_by_campaign(conn, [1, 2]) == {1: 1200 + 1300 + 500 + 300 + 500, 2: 500}


def test_a_campaign_counts_the_donors_and_months_of_its_groups_once(books: Books) -> None:
    """A donor of two groups is one donor; a gift that is shared with the campaign counts whole in it."""
    with writing(books.engine) as conn:
        for slug in ("leeds", "york"):
            add_campaign(conn, Campaign(0, slug, slug, "", GBP, parent_id=1))
        give(conn, "ada@example.org", [3, 1])
        give(conn, "ada@example.org", [4])
        give(conn, "bo@example.org", [1])
        repeat(conn, 1000, Interval.MONTH, [3, 1])

    with reading(books.engine) as conn:
        assert donors_by_campaign(conn, [1, 2, 3, 4]) == {1: 2, 3: 1, 4: 1}
        assert monthly_by_campaign(conn, [1, 2, 3, 4]) == {1: 1000, 3: 500}
