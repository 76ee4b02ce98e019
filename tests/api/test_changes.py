"""Programs that keep a copy read what changed since they last came, and miss nothing of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from api.tokens import TokenScope
from campaigns.demo import DEMO_ORGANISATION
from database.transactions import booking
from ledger.money import GBP, Money
from organisation.organisation import OrganisationProfile
from payments.gifts.gift import DonorDetails, Share, pledge
from payments.gifts.moving import GiftMove
from payments.gifts.moving_store import move_gift
from payments.gifts.offline import Means, OfflineGift
from payments.gifts.offline_store import enter_offline, giver, offline_gift_of, take_back_offline
from payments.gifts.receiving import Issuer
from payments.reading.happenings import DisputeFundsMoved, Happening, RefundAgreed
from tests.api.conftest import Site
from tests.payments.conftest import LONDON
from tests.payments.organisation_books import NOON, gift_id
from tests.proof.books import BUSES, LIBRARIES
from tests.proof.settled_books import tell

LATER = NOON + timedelta(hours=1)
ISSUER = Issuer(OrganisationProfile(DEMO_ORGANISATION, "en_GB"), "test")


def changed(site: Site, since: datetime, **query: str) -> list[str]:
    """The gifts that changed since then, a page of them."""
    asked = {"updated_since": f"{since:%Y-%m-%dT%H:%M:%SZ}", **query}
    page = site.read("/api/v1/gifts", site.token(TokenScope.GIFTS), **asked)
    assert page["next"] is None
    return [gift["id"] for gift in page["data"]]


def chairs(site: Site, n: int) -> None:
    """A gift in kind, entered later."""
    with booking(site.engine) as conn:
        donor = DonorDetails("Mary Seacole", "mary@example.org")
        new = replace(pledge(Money(2500, GBP), [Share(0, LIBRARIES, 1)], donor, LATER), id=gift_id(n))
        new = replace(new, donor_id=giver(conn, donor, None, LATER).id)
        offline = OfflineGift(new, Means.IN_KIND, date(2026, 11, 21), "20 chairs", counts=True, who="ada")
        enter_offline(conn, offline, ISSUER, (LATER, LONDON))


def back(site: Site) -> None:
    """Its entering was a mistake."""
    chairs(site, 9)
    with booking(site.engine) as conn:
        kept = offline_gift_of(conn, gift_id(9))
        assert kept is not None
        take_back_offline(conn, kept, "A mistake", "ada", (LATER + timedelta(hours=1), LONDON))


def after(*happenings: Happening) -> Callable[[Site], None]:
    """What Stripe tells later."""
    return lambda site: tell(site.desk, *happenings, now=LATER)


def moved(site: Site) -> None:
    """From the libraries to the buses."""
    with booking(site.engine) as conn:
        move = GiftMove(str(uuid4()), gift_id(2), 0, LIBRARIES, BUSES, "For the buses", "ada", LATER)
        move_gift(conn, move, LATER.date())


@pytest.mark.parametrize(
    ("change", "gift"),
    [
        (after(RefundAgreed("re_1", "pi_2", Money(500, GBP), NOON)), 2),
        (after(DisputeFundsMoved("txn_9", "dp_1", "pi_2", Money(-2500, GBP), NOON)), 2),
        (moved, 2),
        (lambda site: chairs(site, 9), 9),
        (back, 9),
    ],
    ids=["refunded", "disputed", "moved", "in kind", "taken back"],
)
def test_a_gift_comes_again_when_something_happens_to_it(site: Site, change: Callable[[Site], None], gift: int) -> None:
    """Whatever happens, the campaign that it was for hears of it; the gifts that stay as they are do not come."""
    for n in (1, 2, 3):
        site.desk.give(n, 2500)
    assert changed(site, NOON) == [gift_id(1), gift_id(2), gift_id(3)]
    assert changed(site, LATER) == []
    change(site)
    assert changed(site, LATER) == changed(site, LATER, campaign="libraries") == [gift_id(gift)]
    of_gift = site.read("/api/v1/gifts/{gift_id}", site.token(TokenScope.GIFTS), of=gift_id(gift))
    assert datetime.fromisoformat(of_gift["updated_at"]) >= LATER


def test_what_changes_while_a_program_reads_comes_again_at_the_end(site: Site) -> None:
    """Even the very row that the next page begins after; and the page goes on where it was."""
    for n in range(1, 106):
        site.desk.give(n, 2500)
    secret, query = site.token(TokenScope.GIFTS), {"updated_since": "2026-11-21T00:00:00Z"}
    first = site.read("/api/v1/gifts", secret, **query)
    assert [gift["id"] for gift in first["data"]] == [gift_id(n) for n in range(1, 101)]
    for n in (100, 103):
        tell(site.desk, RefundAgreed(f"re_{n}", f"pi_{n}", Money(500, GBP), NOON), now=LATER)
    second = site.read("/api/v1/gifts", secret, **query, cursor=first["next"])
    assert [(gift["id"], gift["given_back"]) for gift in second["data"]] == [
        *((gift_id(n), 0) for n in (101, 102, 104, 105)), (gift_id(100), 500), (gift_id(103), 500),
    ]  # fmt: skip
    assert second["next"] is None


def test_a_change_that_was_written_after_a_later_one_is_not_missed(site: Site) -> None:
    """A writer takes its time, then waits for its turn: what was posted minutes before comes as well."""
    site.desk.give(1, 2500)
    tell(site.desk, RefundAgreed("re_1", "pi_1", Money(500, GBP), NOON), now=NOON - timedelta(minutes=4))
    assert changed(site, NOON) == [gift_id(1)]


@pytest.mark.parametrize("since", ["2026", "1764322200", "2026-11-28T09:30:00", "yesterday"])
def test_a_moment_is_written_whole(site: Site, since: str) -> None:
    """With its zone: a program that meant its own would miss an hour."""
    answer = site.ask("/api/v1/gifts", site.token(TokenScope.GIFTS), updated_since=since)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "updated_since")


def test_gifts_that_are_not_paid_have_no_changes_to_follow(site: Site) -> None:
    """Refused, and not answered with what would look like all of them."""
    query = {"updated_since": "2026-11-21T00:00:00Z", "state": "pending"}
    assert site.ask("/api/v1/gifts", site.token(TokenScope.GIFTS), **query).status_code == 422
