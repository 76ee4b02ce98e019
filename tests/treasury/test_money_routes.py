"""The pages behind the desk: what they say, and that nobody else sees them."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import booking, reading, writing
from ledger.money import GBP, Money
from payments.books.store import save_dispute
from payments.gifts.tables import settled_discrepancy
from payments.reading.statuses import DisputeStatus
from payments.settlement.store import note_failure
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.messages import charge, charged, delivery, event
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.proof.settled_books import NOON, compare, dispute, everything, settle_gift
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.money.routes import PAGE_ROWS
from treasury.routes import treasury_routes
from web.errors import install_errors
from web.head import HeadLikeGet

BASE_URL = "http://127.0.0.1"
PATHS = (
    "/desk/payouts", "/desk/refunds", "/desk/disputes", "/desk/discrepancies", "/desk/dead-letters",
    f"/desk/gifts/{gift_id(1)}",
)  # fmt: skip


@pytest.fixture
def visitor(engine: Engine, clock: FixedClock, desk: Desk) -> TestClient:
    """Somebody who has not signed in, on the real routes."""
    site = pages("test", BASE_URL)
    app = FastAPI()
    app.router.routes += treasury_routes(desk.books.engine, clock, site).routes
    install_errors(app, site)
    return TestClient(HeadLikeGet(app), base_url=BASE_URL, follow_redirects=False)


@pytest.fixture
def treasurer(visitor: TestClient, engine: Engine, clock: FixedClock) -> TestClient:
    """Ada, signed in."""
    sign_in_as(visitor, engine, clock())
    return visitor


def words(html: str) -> str:
    """What can be read, with the apostrophe that every keyboard has."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split()).replace("\u2019", "'")


def read(treasurer: TestClient, path: str) -> str:
    """The words of a page that must be there."""
    answer = treasurer.get(path)
    assert answer.status_code == 200
    return words(answer.text)


@ON_SQLITE
@pytest.mark.parametrize("path", PATHS)
def test_nobody_else_sees_the_lists(visitor: TestClient, desk: Desk, path: str) -> None:
    """No name and no figure without a session."""
    everything(desk)

    answer = visitor.get(path)

    assert (answer.status_code, "Donor 1" in answer.text, "£" in answer.text) == (403, False, False)


@ON_SQLITE
@pytest.mark.parametrize("path", ["/desk/discrepancies", "/desk/dead-letters"])
def test_an_empty_list_says_so(treasurer: TestClient, path: str) -> None:
    """Instead of nothing."""
    assert "Nothing here." in read(treasurer, path)


@ON_SQLITE
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_asked_for_its_head_as_for_itself(treasurer: TestClient, desk: Desk, path: str) -> None:
    """The same status and headers, no body."""
    everything(desk)
    whole, head = treasurer.get(path), treasurer.head(path)

    assert (head.status_code, head.text) == (200, "")
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_the_desk_says_how_much_is_proved_and_where_the_money_is(treasurer: TestClient, desk: Desk) -> None:
    """To the penny; and when it was last compared with Stripe's own figure."""
    everything(desk)

    text = read(treasurer, "/desk")

    assert "100% of £35.00: every penny that Stripe told us of" in text
    assert "At Stripe £0.00 On its way to the bank £0.00" in text
    assert "Paid out or paid in to the bank since 21 November 2026 £14.42" in text
    assert "On 21 November 2026 at 12:00 Stripe's own balance was the same as ours, to the penny." in text


def test_the_desk_never_says_all_of_what_is_not_all(treasurer: TestClient, desk: Desk) -> None:
    """A penny short is 99%."""
    settle_gift(desk, 1, 99_999, 0)
    desk.give(2, 200)

    assert "99% £999.99 of £1,001.99" in read(treasurer, "/desk")


def test_the_desk_says_that_balances_differ(treasurer: TestClient, desk: Desk) -> None:
    """Loudly, and what to do."""
    settle_gift(desk, 1, 2500, 58)
    compare(desk, 2442, 2441)

    assert "Stripe's own balance was not the same as ours. On the server: ./farthing audit" in read(treasurer, "/desk")


def test_the_desk_says_since_when_stripe_is_silent(treasurer: TestClient, desk: Desk, engine: Engine) -> None:
    """And that nothing is lost."""
    with writing(engine) as conn:
        note_failure(conn, "StripeAway", NOON)

    assert "Stripe does not answer Since 21 November 2026 at 12:00. Gifts are not lost" in read(treasurer, "/desk")


def test_a_dispute_to_answer_stands_on_the_desk_with_its_day(treasurer: TestClient, desk: Desk) -> None:
    """Who does not answer in time has lost."""
    settle_gift(desk, 1, 2500, 58)
    dispute(desk, "du_1", 1, 2500, answer_by=NOON + timedelta(days=9))

    why = "the donor says that they did not pay it"
    to_do = f"Answer a dispute by 30 November 2026 : Donor 1's bank asks for £25.00 back: {why}."
    assert to_do in read(treasurer, "/desk")
    assert f"30 November 2026 Donor 1 Needs an answer T{why[1:]} du_1 £25.00" in read(treasurer, "/desk/disputes")


@ON_SQLITE
@pytest.mark.parametrize(
    ("state", "words_of_it"),
    [
        ("needs_response", "Answer by 30 November 2026 at 12:00"),
        ("under_review", "Answered: the bank considers the dispute over £25.00"),
        ("won", "The dispute over £25.00 was won"),
        ("lost", "The dispute over £25.00 was lost"),
        ("warning_closed", "bank over £25.00 is closed"),
    ],
)
def test_a_gift_says_what_became_of_its_dispute(
    treasurer: TestClient, desk: Desk, state: str, words_of_it: str
) -> None:
    """From the bank's question to its decision, so that nobody must look at Stripe."""
    settle_gift(desk, 1, 2500, 58)
    due = NOON + timedelta(days=9)
    dispute(desk, "du_1", 1, 2500, answer_by=due)
    with booking(desk.books.engine) as conn:
        save_dispute(conn, DisputeStatus("du_1", "pi_1", state, "fraudulent", Money(2500, GBP), due), NOON)
    assert words_of_it in treasurer.get(f"/desk/gifts/{gift_id(1)}").text


def test_a_discrepancy_is_dealt_with_once_and_leaves_the_desk(treasurer: TestClient, desk: Desk) -> None:
    """Who did it is kept; a second press changes nothing, and an unknown charge is not found."""
    desk.books.pledge(1)
    desk.books.deliver(charged("1", gift=gift_id(1), amount=2000))
    assert "charged £20.00" in read(treasurer, "/desk")

    pressed = [treasurer.post("/desk/discrepancies/ch_1") for _ in range(2)]

    assert [(answer.status_code, answer.headers["location"]) for answer in pressed] == [(303, "/desk")] * 2
    assert "charged £20.00" not in read(treasurer, "/desk")
    assert treasurer.post("/desk/discrepancies/ch_9").status_code == 404


def test_dealing_with_a_discrepancy_is_an_act(treasurer: TestClient, desk: Desk, engine: Engine) -> None:
    """One, however often the button is pressed; none for a charge that is not there."""
    desk.books.pledge(1)
    desk.books.deliver(charged("1", gift=gift_id(1), amount=2000))
    for charge_id in ("ch_1", "ch_1", "ch_9"):
        treasurer.post(f"/desk/discrepancies/{charge_id}")

    with reading(engine) as conn:
        [act] = acts_on(conn, Subject("charge", "ch_1"))
        assert acts_on(conn, Subject("charge", "ch_9")) == []
        settled = conn.execute(sa.select(settled_discrepancy.c.who, settled_discrepancy.c.settled_at)).one()
    assert (act.what, act.after, act.address) == ("discrepancy.settle", {"settled": True}, "testclient")
    assert (act.who, act.at) == tuple(settled)


def test_an_auditor_reads_and_changes_nothing(
    visitor: TestClient, desk: Desk, engine: Engine, clock: FixedClock
) -> None:
    """There is no button, and pressing one anyway is refused."""
    desk.books.pledge(1)
    desk.books.deliver(charged("1", gift=gift_id(1), amount=2000))
    sign_in_as(visitor, engine, clock(), Role.AUDITOR)

    assert ("charged £20.00" in read(visitor, "/desk"), "I have dealt with it" in read(visitor, "/desk")) == (
        True,
        False,
    )
    assert visitor.post("/desk/discrepancies/ch_1").status_code == 403
    assert "charged £20.00" in read(visitor, "/desk")


def test_more_discrepancies_than_the_desk_holds_have_pages(treasurer: TestClient, desk: Desk) -> None:
    """The desk counts them and leads there; the list has fifty a page."""
    for n in range(1, PAGE_ROWS + 2):
        desk.books.pledge(n)
        desk.books.deliver(charged(str(n), gift=gift_id(n), amount=2000))

    assert "46 more payments not as asked for" in read(treasurer, "/desk")
    first, second = (treasurer.get(f"/desk/discrepancies?page={page}").text for page in (1, 2))
    assert [page.count("charged £20.00") for page in (first, second)] == [PAGE_ROWS, 1]
    assert ("?page=2" in first, "?page=1" in second, "?page=3" in second) == (True, True, False)


def test_a_charge_without_its_gift_and_a_dead_letter_stand_on_the_desk(treasurer: TestClient, desk: Desk) -> None:
    """Each with a way to look closer."""
    desk.books.deliver(charged("9", gift=gift_id(9), amount=1500))
    desk.books.deliver(delivery(event("charge.succeeded", charge("bad", currency="xxx"), name="odd")))

    page = treasurer.get("/desk").text

    assert "£15.00 was paid on 21 November 2026 for a gift of ours that is not in this database" in words(page)
    assert 'href="/desk/trace/pi_9"' in page
    assert "evt_odd" in read(treasurer, "/desk/dead-letters")


def test_what_nobody_knows_is_told_kindly(treasurer: TestClient) -> None:
    """With the desk and its search around it; and never as it was typed into the page's code."""
    answer = treasurer.get("/desk/trace/<script>")

    assert (answer.status_code, "<script>" in answer.text.replace("<script type", "")) == (404, False)
    assert "Nothing here goes by the name" in words(answer.text)
    assert 'action="/desk/search"' in answer.text


def test_a_gifts_page_tells_its_way_with_the_keys_folded_away(treasurer: TestClient, desk: Desk) -> None:
    """In sentences; key, accounts and cause of each entry are for an auditor. Any id of Stripe's leads there."""
    everything(desk)

    assert treasurer.get("/desk/trace/pi_1").headers["location"] == f"/desk/gifts/{gift_id(1)}"
    text = read(treasurer, f"/desk/gifts/{gift_id(1)}")
    way, _, keys = text.partition("Keys and entries, for an auditor")

    assert "21 November 2026 at 12:00 Counted for Save our libraries £25.00" in way
    assert "gift:ch_1:0" not in way
    assert "pi_1 1 gift:ch_1:0 clearing gifts evt_charge_1 (charge.succeeded)" in keys


def test_a_treasurer_opens_any_receipt_and_may_send_its_address(treasurer: TestClient, desk: Desk) -> None:
    """Each time a link of its own, which is the donor's way in; an unknown number is text to be none."""
    everything(desk)
    first = treasurer.get("/desk/receipts/2026-000001")
    again = treasurer.get("/desk/receipts/2026-000001")

    assert (first.status_code, first.headers["location"][:10]) == (303, "/receipts/")
    assert first.headers["location"] != again.headers["location"]
    with reading(desk.books.engine) as conn:
        links = acts_on(conn, Subject("receipt", "2026-000001"))
    assert [(act.what, act.after) for act in links] == [("receipt.make_link", None)] * 2
    assert treasurer.get("/desk/receipts/2026-999999").status_code == 404
    assert treasurer.get("/desk/receipts/1").status_code == 400


def test_nobody_else_opens_receipts_by_number(visitor: TestClient, desk: Desk) -> None:
    """Numbers can be guessed."""
    everything(desk)
    assert visitor.get("/desk/receipts/2026-000001").status_code == 403
