"""Match pots at the desk: pledged, used by gifts, paid, and ended; on both databases."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.match import Match
from campaigns.match_store import matches_of
from campaigns.store import add_campaign, campaign_by_id, families_of
from database.transactions import reading, writing
from ledger.money import EUR, GBP, Money
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.organisation_books import gift_id
from tests.payments.sample_happenings import apply_happenings, charged
from tests.proof.books import LIBRARIES, Desk
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors

BASE_URL = "http://127.0.0.1"
PATH = f"/desk/campaigns/{LIBRARIES}/match"


@pytest.fixture
def treasurer(engine: Engine, clock: FixedClock, desk: Desk) -> TestClient:
    """Ada, at the real routes. The libraries have a group."""
    site, app = pages("test", BASE_URL), FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    with writing(engine) as conn:
        add_campaign(conn, Campaign(0, "leeds", "Leeds", "", GBP, parent_id=LIBRARIES))
    client = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    sign_in_as(client, engine, clock())
    return client


def pledge(client: TestClient, clock: FixedClock, **changes: str) -> Response:
    """The form of a new pot: £50, from a week ago to today."""
    first, last = (clock().date() - timedelta(days=days) for days in (7, 0))
    form = {
        "pot": str(uuid4()), "giver": "The Ryder family", "amount": "50", "ratio": "1:1",
        "first_day": first.isoformat(), "last_day": last.isoformat(),
    }  # fmt: skip
    return client.post(PATH, data=form | changes)


def pots(engine: Engine) -> list[Match]:
    """How the pots of the libraries stand."""
    with reading(engine) as conn:
        campaign = campaign_by_id(conn, LIBRARIES)
        assert campaign is not None
        return list(matches_of(conn, families_of(conn, [campaign])).get(LIBRARIES, ()))


def test_a_pot_is_pledged_used_paid_and_never_counted_twice(
    treasurer: TestClient, engine: Engine, clock: FixedClock, desk: Desk
) -> None:
    """The giver's own gift is not matched, and what it paid is pledged no longer."""
    assert pledge(treasurer, clock).status_code == 303
    desk.books.pledge(1, amount=3000, shares=[(LIBRARIES, 3000)])
    desk.books.pledge(2, amount=4000, shares=[(LIBRARIES, 4000)])
    apply_happenings(desk.books, charged("1", 3000, gift=gift_id(1)), charged("2", 4000, gift=gift_id(2)))
    [match] = pots(engine)
    assert (match.used.minor, match.left.minor, match.pledged.minor) == (5000, 0, 5000)

    reference = gift_id(2)
    assert treasurer.post(f"{PATH}/{match.pot.id}/paid", data={"reference": reference.upper()}).status_code == 303
    [match] = pots(engine)
    assert (match.used.minor, match.paid.minor, match.pledged.minor) == (3000, 4000, 0)
    again = treasurer.post(f"{PATH}/{match.pot.id}/paid", data={"reference": reference})
    assert again.status_code == 422
    assert "This gift is noted as a payment already." in again.text
    with reading(engine) as conn:
        acts = acts_on(conn, Subject("campaign", str(LIBRARIES)))
    assert sorted(act.what for act in acts) == ["match pot added", "match pot paid"]
    assert "Ryder" not in str(acts)


def two_pots(client: TestClient, engine: Engine, clock: FixedClock) -> tuple[Match, Match]:
    """One until yesterday, one of today."""
    yesterday, today = ((clock().date() - timedelta(days=days)).isoformat() for days in (1, 0))
    pledge(client, clock, last_day=yesterday)
    pledge(client, clock, giver="Another", first_day=today)
    first, second = pots(engine)
    return first, second


def test_a_payment_of_one_pot_is_matched_by_no_other(
    treasurer: TestClient, engine: Engine, clock: FixedClock, desk: Desk
) -> None:
    """Whichever pot it is noted for; a note that was wrong is taken back, and all is as it was."""
    first, second = two_pots(treasurer, engine, clock)
    desk.books.pledge(1, amount=3000, shares=[(LIBRARIES, 3000)])
    apply_happenings(desk.books, charged("1", 3000, gift=gift_id(1)))
    before = pots(engine)
    assert [(match.used.minor, match.paid.minor) for match in before] == [(0, 0), (3000, 0)]
    for pot, paid in ((first, [(0, 3000), (0, 0)]), (second, [(0, 0), (0, 3000)])):
        address = f"{PATH}/{pot.pot.id}/paid"
        assert treasurer.post(address, data={"reference": gift_id(1)}).status_code == 303
        assert [(match.used.minor, match.paid.minor) for match in pots(engine)] == paid
        assert "Paid with the gift" in treasurer.get(PATH).text
        assert treasurer.post(f"{address}/withdraw", data={"paid_with": gift_id(1)}).status_code == 303
        assert treasurer.post(f"{address}/withdraw", data={"paid_with": gift_id(1)}).status_code == 303
        assert pots(engine) == before
    with reading(engine) as conn:
        acts = [act.what for act in acts_on(conn, Subject("campaign", str(LIBRARIES)))]
    assert acts.count("match payment withdrawn") == 2


def test_a_note_is_taken_back_only_from_its_own_pot(
    treasurer: TestClient, engine: Engine, clock: FixedClock, desk: Desk
) -> None:
    """Another pot's button does nothing."""
    first, second = two_pots(treasurer, engine, clock)
    desk.books.pledge(1, amount=3000, shares=[(LIBRARIES, 3000)])
    apply_happenings(desk.books, charged("1", 3000, gift=gift_id(1)))
    treasurer.post(f"{PATH}/{first.pot.id}/paid", data={"reference": gift_id(1)})
    treasurer.post(f"{PATH}/{second.pot.id}/paid/withdraw", data={"paid_with": gift_id(1)})
    assert [match.paid.minor for match in pots(engine)] == [3000, 0]


def test_a_gift_in_another_currency_pays_no_pot(
    treasurer: TestClient, engine: Engine, clock: FixedClock, desk: Desk
) -> None:
    """It was asked for in pounds and charged in euros."""
    pledge(treasurer, clock)
    [match] = pots(engine)
    desk.books.pledge(1, amount=3000, shares=[(LIBRARIES, 3000)])
    apply_happenings(desk.books, replace(charged("1", 3000, gift=gift_id(1)), amount=Money(3500, EUR)))
    answer = treasurer.post(f"{PATH}/{match.pot.id}/paid", data={"reference": gift_id(1)})
    assert (answer.status_code, "charged in EUR, and the pot is in GBP" in answer.text) == (422, True)
    assert pots(engine) == [match]


@ON_SQLITE
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"giver": " "}, "Enter who matches"),
        ({"giver": "a" * 101}, "Shorten this to 100 characters"),
        ({"amount": "much"}, "Enter an amount in figures"),
        ({"amount": "0"}, "Enter a sum above zero."),
        ({"ratio": "9:9"}, "Choose how much is matched."),
        ({"first_day": "soon"}, "Enter a day like 6 May 2027."),
        ({"last_day": "2020-01-01"}, "The last day must not come before the first."),
        ({"last_day": "2099-01-01"}, "Choose a last day within a year of the first."),
    ],
)
def test_what_makes_no_pot_is_said_beside_its_field(
    treasurer: TestClient, engine: Engine, clock: FixedClock, changes: dict[str, str], sentence: str
) -> None:
    """What was typed is kept, and nothing is done."""
    answer = pledge(treasurer, clock, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "There is a problem" in answer.text
    assert pots(engine) == []


def test_one_pot_at_a_time_and_the_same_form_once(treasurer: TestClient, engine: Engine, clock: FixedClock) -> None:
    """After the first has been ended early, the next may begin."""
    form = {"pot": str(uuid4())}
    assert [pledge(treasurer, clock, **form).status_code for _ in range(2)] == [303, 303]
    second = pledge(treasurer, clock, giver="Another")
    assert second.status_code == 422
    assert "The Ryder family matches gifts on some of these days." in second.text

    [match] = pots(engine)
    assert treasurer.post(f"{PATH}/{match.pot.id}/end").status_code == 303
    tomorrow = (clock().date() + timedelta(days=1)).isoformat()
    assert pledge(treasurer, clock, giver="Another", first_day=tomorrow, last_day=tomorrow).status_code == 303
    assert [match.pot.giver for match in pots(engine)] == ["The Ryder family", "Another"]


@ON_SQLITE
@pytest.mark.parametrize("reference", ["", "%", "5f1c9f3e", "not-a-reference"])
def test_a_payment_names_a_gift_that_was_received(
    treasurer: TestClient, engine: Engine, clock: FixedClock, reference: str
) -> None:
    """Anything else says what to enter."""
    pledge(treasurer, clock)
    [match] = pots(engine)
    answer = treasurer.post(f"{PATH}/{match.pot.id}/paid", data={"reference": reference})
    assert answer.status_code == 422
    assert "Enter the reference of a gift that was received" in answer.text


def test_a_group_has_no_pot_and_an_auditor_only_reads(treasurer: TestClient, engine: Engine, clock: FixedClock) -> None:
    """And what is not there is not found."""
    assert treasurer.get(PATH.replace(f"/{LIBRARIES}/", "/3/")).status_code == 404
    assert treasurer.post(f"{PATH}/{uuid4()}/end").status_code == 404
    sign_in_as(treasurer, engine, clock(), Role.AUDITOR, "auditor@example.org")
    page = treasurer.get(PATH)
    assert page.status_code == 200
    assert "A new match pot" not in page.text
    assert pledge(treasurer, clock).status_code == 403
