"""The wall of a campaign: who asked to be named, while their gift is not given back and staff have not hidden it."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine

from campaigns.routes import campaign_routes
from campaigns.store import GiftMeasures
from database.transactions import booking, reading, writing
from ledger.accounts import Account
from ledger.entry import Entry
from ledger.kinds import EntryKind
from ledger.money import GBP, Money
from ledger.store import post
from payments.gifts.campaign_views import donors_by_campaign, monthly_by_campaign
from payments.gifts.gift import DonorDetails, GiftState, Share, pledge
from payments.gifts.store import add_gift
from payments.gifts.tables import gift as gift_table
from payments.gifts.wall_views import wall_entries
from tests.clock import FixedClock
from tests.payments.organisation_books import NOON, Books
from tests.web.samples import pages
from web.errors import install_errors


def give(
    conn: Connection,
    name: str,
    campaigns: tuple[int, ...] = (1,),
    *,
    shown: bool = True,
    minutes: int = 0,
    state: GiftState = GiftState.RECEIVED,
) -> str:
    """A gift of a donor who asked to be named, or did not; its id."""
    shares = [Share(n, campaign, 1) for n, campaign in enumerate(campaigns)]
    gift = pledge(Money(1000, GBP), shares, DonorDetails(name, f"{name}@example.org".lower(), f"I am {name}"), NOON)
    add_gift(conn, replace(gift, show_name=shown))
    received = {"received_at": NOON + timedelta(minutes=minutes), "received_on": NOON.date()}
    conn.execute(sa.update(gift_table).where(gift_table.c.id == gift.id).values(state=state.value, **received))
    return gift.id


def give_back(engine: Engine, gift: str, minor: int) -> None:
    """A refund of some of a gift."""
    kind, key = EntryKind.REFUND, EntryKind.REFUND.key(f"re_{gift}_{minor}", 0)
    pence = Money(minor, GBP)
    entry = Entry(
        key, kind, Account.REFUNDS, Account.CLEARING, pence, f"re_{gift}", NOON, NOON.date(), "evt_1", 1, gift
    )
    with booking(engine) as conn:
        post(conn, [entry], NOON)


def names(books: Books, campaigns: tuple[int, ...] = (1,)) -> list[str]:
    """Who stands on the wall."""
    with reading(books.engine) as conn:
        return [entry.name for entry in wall_entries(conn, campaigns, 50, 0, ())]


def test_only_those_who_asked_and_paid_are_named_newest_first(books: Books) -> None:
    """Nobody whose gift is not received, nobody for another campaign, and a shared gift once."""
    with writing(books.engine) as conn:
        give(conn, "Ada")
        give(conn, "Bo", minutes=1)
        give(conn, "Cy", shown=False)
        give(conn, "Dee", state=GiftState.PROCESSING)
        give(conn, "Eve", (2,), minutes=-1)
        give(conn, "Flo", (1, 2), minutes=2)

    assert names(books) == ["Flo", "Bo", "Ada"]
    assert names(books, (1, 2)) == ["Flo", "Bo", "Ada", "Eve"]


def test_a_gift_that_went_back_leaves_the_wall(books: Books) -> None:
    """A refund of a part leaves the name."""
    with writing(books.engine) as conn:
        whole, part = give(conn, "Ada"), give(conn, "Bo")
    give_back(books.engine, whole, 1000)
    give_back(books.engine, part, 999)

    assert names(books) == ["Bo"]


def test_an_entry_that_is_left_out_makes_room_for_the_next(books: Books) -> None:
    """What staff have hidden takes no place on the page."""
    with writing(books.engine) as conn:
        give(conn, "Ada")
        hidden = give(conn, "Bo", minutes=1)
    with reading(books.engine) as conn:
        assert [entry.name for entry in wall_entries(conn, [1], 1, 0, [hidden])] == ["Ada"]


def test_a_forgotten_donor_is_not_named(books: Books) -> None:
    """What is kept of the gift has no name any more."""
    with writing(books.engine) as conn:
        gift = give(conn, "Ada")
        conn.execute(sa.update(gift_table).where(gift_table.c.id == gift).values(donor_name=""))

    assert names(books) == []


def test_a_campaign_names_ten_and_a_list_names_all(books: Books, clock: FixedClock) -> None:
    """Newest first, with what they wrote, as they wrote it; a page beyond the last is not there."""
    with writing(books.engine) as conn:
        for n in range(61):
            give(conn, f"<b>{n}</b>", minutes=n)
    app = FastAPI()
    measures = GiftMeasures(donors_by_campaign, monthly_by_campaign, wall_entries)
    app.router.routes += campaign_routes(books.engine, clock, pages("test", "http://testserver"), measures).routes
    install_errors(app, pages("test", "http://testserver"))
    client = TestClient(app)

    page = client.get("/c/libraries").text
    assert (page.count("<bdi>"), "<bdi>&lt;b&gt;60&lt;/b&gt;</bdi>" in page) == (10, True)
    assert '<a href="/c/libraries/supporters">' in page
    lists = [client.get(f"/c/libraries/supporters?page={n}") for n in (1, 2, 3)]
    assert [answer.text.count("<bdi>") for answer in lists] == [50, 11, 0]
    assert [answer.status_code for answer in lists] == [200, 200, 404]
