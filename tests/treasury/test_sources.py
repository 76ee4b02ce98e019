"""What a donor typed is read at the desk, and what each link brought; on both databases."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from campaigns.store import campaign_by_id
from database.transactions import reading
from ledger.money import GBP, Money
from payments.gifts.declaration import Declaration, DonorKind
from payments.gifts.dedication import Dedication, DedicationKind
from payments.gifts.detail_views import SourceRow, covers_of, sources_of
from payments.gifts.gift import DonorDetails, Gift
from payments.gifts.recurring import Interval, Rhythm, recurring_id_of
from payments.giving.form import Pledge
from payments.giving.pledges import Pledges
from payments.reading.happenings import InvoicePaid, InvoiceReported, SubscriptionReported
from payments.stripe.gateway import Gateway
from tests.clock import FixedClock
from tests.payments.sample_happenings import apply_happenings, charged
from tests.proof.books import LIBRARIES, Desk
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors

BASE_URL = "http://127.0.0.1"
PLAIN = Pledge(Money(2500, GBP), DonorDetails("Zoë", "zoe@example.org", "Go <on>!"), source="leaflet-7")
FULL = replace(
    PLAIN,
    amount=Money(60_059, GBP),
    fee_cover=Money(59, GBP),
    dedication=Dedication(DedicationKind.MEMORY, "Ada", "bo@example.org"),
    declaration=Declaration(
        DonorKind.COMPANY, "Ünal Ltd", "1 Lane\nLeeds", "01234567", "My own money.", "declaration-1"
    ),
)


@pytest.fixture
def treasurer(engine: Engine, clock: FixedClock, desk: Desk) -> TestClient:
    """Ada, at the real routes."""
    site, app = pages("test", BASE_URL), FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    client = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    sign_in_as(client, engine, clock())
    return client


def received(desk: Desk, engine: Engine, clock: FixedClock, form: Pledge) -> str:
    """A gift to the libraries that was made with this form, and paid."""
    with reading(engine) as conn:
        campaign = campaign_by_id(conn, LIBRARIES)
    assert campaign is not None
    token = f"{form.amount}{form.source}"
    gift = Pledges(engine, Gateway("sk_test_x", "http://127.0.0.1:1"), clock).save(campaign, form, token)
    assert isinstance(gift, Gift)
    apply_happenings(desk.books, charged(gift.reference, gift.amount.minor, gift=gift.id))
    return gift.id


def test_what_the_donor_typed_is_read_on_the_gifts_page(
    treasurer: TestClient, engine: Engine, clock: FixedClock, desk: Desk
) -> None:
    """Their message and address, and what they declared; as text, whatever it says."""
    gift = received(desk, engine, clock, FULL)
    page = treasurer.get(f"/desk/gifts/{gift}").text
    for said in ("mailto:zoe@example.org", "Go &lt;on&gt;!", "leaflet-7", "Ada, with a letter to bo@example.org",
                 "Ünal Ltd", "1 Lane<br>Leeds", "01234567", "£0.59 as estimated"):  # fmt: skip
        assert said in page


def test_each_link_is_counted_by_gifts_and_money(
    treasurer: TestClient, engine: Engine, clock: FixedClock, desk: Desk
) -> None:
    """What came by none stands beside them. A gift that was never paid counts for nothing."""
    received(desk, engine, clock, PLAIN)
    received(desk, engine, clock, FULL)
    received(desk, engine, clock, replace(PLAIN, source=""))
    with reading(engine) as conn:
        campaign = campaign_by_id(conn, LIBRARIES)
        assert campaign is not None
        assert sources_of(conn, campaign) == [
            SourceRow("leaflet-7", 2, Money(62_559, GBP)), SourceRow("", 1, Money(2500, GBP)),
        ]  # fmt: skip
        covers = covers_of(conn, campaign)
    assert covers is not None
    assert (covers.gifts, covers.estimated, covers.taken) == (1, Money(59, GBP), Money(0, GBP))
    page = treasurer.get(f"/desk/campaigns/{LIBRARIES}/sources").text
    assert ("£625.59" in page, f"/desk/campaigns/{LIBRARIES}/links" in page, "no code" in page) == (True, True, True)


def test_instalments_count_among_what_was_added_for_fees(engine: Engine, clock: FixedClock, desk: Desk) -> None:
    """The donor ticked it once, for each of them; of another amount it is the same part."""
    first = replace(FULL, amount=Money(2559, GBP), declaration=None, rhythm=Rhythm(Interval.MONTH))
    recurring = recurring_id_of(received(desk, engine, clock, first))
    apply_happenings(
        desk.books,
        SubscriptionReported("sub_1", recurring),
        *(InvoiceReported(f"in_{n}", recurring, first=False) for n in (2, 3)),
        *(InvoicePaid(f"in_{n}", f"pi_{n}") for n in (2, 3)),
        charged("2", 2559),
        charged("3", 5118),
    )
    with reading(engine) as conn:
        campaign = campaign_by_id(conn, LIBRARIES)
        assert campaign is not None
        covers = covers_of(conn, campaign)
    assert covers is not None
    assert (covers.gifts, covers.estimated) == (3, Money(59 + 59 + 118, GBP))
