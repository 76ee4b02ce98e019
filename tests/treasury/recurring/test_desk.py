"""The desk's pages of recurring gifts: how each stands, and what its buttons ask for."""

import re
from collections.abc import Mapping
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import reading, writing
from outbox.tables import job
from payments.gifts.gift import DonorDetails
from payments.gifts.receipt_choice_store import choose_receipts
from payments.gifts.recurring import ReceiptLetters, Recurring, RecurringState
from payments.gifts.recurring_changes import CHANGE_RECURRING, ChangeKind, RecurringChange
from payments.gifts.recurring_store import changes_of, mark_done
from payments.gifts.tables import recurring_act
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.organisation_books import NOON, gift_id
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.recurring.standing import one_of_each, stand
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors

BASE_URL = "http://127.0.0.1"
PATH = "/desk/recurring"


@pytest.fixture
def visitor(engine: Engine, clock: FixedClock, desk: Desk) -> TestClient:
    """Somebody who has not signed in."""
    site = pages("test", BASE_URL)
    app = FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    return TestClient(app, base_url=BASE_URL, follow_redirects=False)


@pytest.fixture
def treasurer(visitor: TestClient, engine: Engine, clock: FixedClock) -> TestClient:
    """Ada, signed in."""
    sign_in_as(visitor, engine, clock())
    return visitor


def words(html: str) -> str:
    """What can be read on the page."""
    main = html.split("<main", 1)[1].split("</main>", maxsplit=1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", "<main" + main).split())


def press(client: TestClient, recurring: Recurring, button: str, fields: Mapping[str, str] | None = None) -> int:
    """Open the page and press one of its buttons, as a browser would."""
    page = client.get(f"{PATH}/{recurring.id}").text
    field = re.search(r'name="wish_id" value="([0-9a-f]{32})"', page)
    wish_id = field[1] if field else "0" * 32
    return client.post(f"{PATH}/{recurring.id}/{button}", data={"wish_id": wish_id, **(fields or {})}).status_code


def wished(desk: Desk, recurring: Recurring) -> list[RecurringChange]:
    """What was asked for."""
    with reading(desk.books.engine) as conn:
        return changes_of(conn, recurring)


@ON_SQLITE
@pytest.mark.parametrize("path", [PATH, f"{PATH}/x", f"{PATH}/x/end-now"])
def test_nobody_else_sees_who_gives(visitor: TestClient, desk: Desk, path: str) -> None:
    """Nor can anybody else press a button."""
    stand(desk, 1)
    answers = [visitor.get(path), visitor.post(f"{PATH}/x/end-now", data={"wish_id": "0" * 32})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "Donor 1" not in answers[0].text


def test_the_list_says_how_each_stands_and_what_is_next(treasurer: TestClient, desk: Desk) -> None:
    """Each with its campaign; of a failed payment how often it was tried, and when Stripe tries again."""
    one_of_each(desk)
    text = words(treasurer.get(PATH).text)

    assert "£45 a month from 3 recurring gifts." in text
    for sentence in (
        "12 October 2026 Donor 1 Save our libraries Active 12 December 2026 Every month £10.00",
        "Payment failed, tried 2 times 23 November 2026",
        "Save our libraries Paused",
        "Ending 12 December 2026",
        "Save our libraries Ended",
    ):
        assert sentence in text
    assert "Donor 6" not in text  # never begun


@pytest.mark.parametrize("state", [state for state in RecurringState if state is not RecurringState.PENDING])
def test_the_list_can_be_narrowed_to_one_state(treasurer: TestClient, desk: Desk, state: RecurringState) -> None:
    """By an address that can be kept."""
    each = one_of_each(desk)
    page = treasurer.get(f"{PATH}?state={state.value}").text

    assert re.findall(PATH + r"/([0-9a-f-]{36})", page) == [each[state].id]


def test_one_page_has_the_instalments_with_their_receipts(treasurer: TestClient, desk: Desk) -> None:
    """And how to reach the donor."""
    recurring = stand(desk, 1)
    text = words(treasurer.get(f"{PATH}/{recurring.id}").text)

    assert "Donor 1, £10 a month" in text
    assert re.search(r"12 October 2026 £10.00 Received, receipt 2026-0*1", text)
    assert "donor1@example.org" in text
    assert f"Reference {gift_id(1)[:8]}" in text  # as the thank-you page told the donor


@ON_SQLITE
def test_the_desk_says_that_a_donor_chose_one_statement_a_year(treasurer: TestClient, desk: Desk) -> None:
    """Else its gifts would seem to lack their letters."""
    recurring = stand(desk, 1)
    assert "One statement a year" not in treasurer.get(f"{PATH}/{recurring.id}").text
    with writing(desk.books.engine) as conn:
        choose_receipts(conn, recurring.id, ReceiptLetters.YEARLY, "donor", NOON)

    assert "One statement a year instead of each receipt" in treasurer.get(f"{PATH}/{recurring.id}").text


@ON_SQLITE
@pytest.mark.parametrize(
    ("button", "act"),
    [("pause", ChangeKind.PAUSE), ("end-now", ChangeKind.END_NOW), ("end-later", ChangeKind.END_LATER)],
)
def test_a_button_keeps_the_wish_and_has_stripe_asked(
    treasurer: TestClient, desk: Desk, button: str, act: ChangeKind
) -> None:
    """With who wished it; the worker does the rest."""
    recurring = stand(desk, 1)

    assert press(treasurer, recurring, button) == 303
    assert [(wish.kind, wish.who, wish.done_at) for wish in wished(desk, recurring)] == [(act, "ada@example.org", None)]
    with reading(desk.books.engine) as conn:
        keys = conn.execute(job.select().with_only_columns(job.c.key)).scalars().all()
    assert f"{CHANGE_RECURRING}:{recurring.id}" in keys


def test_what_was_asked_for_is_an_act(treasurer: TestClient, desk: Desk) -> None:
    """With how the gift stood before; a button that is pressed twice is one act, and no donor is named."""
    recurring = stand(desk, 1)
    for _ in range(2):
        fields = {"wish_id": "a" * 32, "amount": "25"}
        assert treasurer.post(f"{PATH}/{recurring.id}/amount", data=fields).status_code == 303

    with reading(desk.books.engine) as conn:
        [act] = acts_on(conn, Subject("recurring", recurring.id))
    assert (act.what, act.before) == ("recurring.amount", {"state": "active", "amount": "GBP 10.00"})
    assert act.after == {"asked": "amount", "amount": "GBP 25.00"}


@ON_SQLITE
@pytest.mark.parametrize("state", [RecurringState.ENDED, RecurringState.PENDING])
def test_what_is_refused_is_no_act(treasurer: TestClient, desk: Desk, state: RecurringState) -> None:
    """Nothing was changed, so nothing was done."""
    recurring = stand(desk, 1, state)

    assert press(treasurer, recurring, "pause") == 409
    with reading(desk.books.engine) as conn:
        assert acts_on(conn, Subject("recurring", recurring.id)) == []


def test_an_auditor_has_no_buttons(visitor: TestClient, desk: Desk, engine: Engine, clock: FixedClock) -> None:
    """And pressing one anyway is refused."""
    recurring = stand(desk, 1)
    sign_in_as(visitor, engine, clock(), Role.AUDITOR)

    assert "Change it" not in visitor.get(f"{PATH}/{recurring.id}").text
    assert press(visitor, recurring, "pause") == 403
    assert wished(desk, recurring) == []


def test_a_paused_gift_can_go_on(treasurer: TestClient, desk: Desk) -> None:
    """The one button has become the other."""
    recurring = stand(desk, 1, RecurringState.PAUSED, next_at=None)
    text = words(treasurer.get(f"{PATH}/{recurring.id}").text)

    assert ("Let it go on" in text, "Pause it" in text) == (True, False)
    assert press(treasurer, recurring, "resume") == 303
    assert [wish.kind for wish in wished(desk, recurring)] == [ChangeKind.RESUME]


def test_another_amount_is_read_as_strictly_as_the_donors_form(treasurer: TestClient, desk: Desk) -> None:
    """A mistake comes back with what was typed, and nothing is asked for."""
    recurring = stand(desk, 1)
    wrong = treasurer.post(f"{PATH}/{recurring.id}/amount", data={"wish_id": "0" * 32, "amount": "1,50"})

    assert wrong.status_code == 422
    assert "<title>Error: " in wrong.text
    assert 'value="1,50"' in wrong.text
    assert wished(desk, recurring) == []
    assert press(treasurer, recurring, "amount", {"amount": "£25"}) == 303
    assert [str(wish.amount) for wish in wished(desk, recurring)] == ["GBP 25.00"]


def test_the_page_says_what_stripe_has_not_agreed_to_yet(treasurer: TestClient, desk: Desk, clock: FixedClock) -> None:
    """It looks again by itself; afterwards it says when it was done."""
    recurring = stand(desk, 1)
    press(treasurer, recurring, "pause")
    waits = treasurer.get(f"{PATH}/{recurring.id}").text
    with writing(desk.books.engine) as conn:
        mark_done(conn, changes_of(conn, recurring)[0], clock())
    done = treasurer.get(f"{PATH}/{recurring.id}").text

    assert ("Stripe is being asked" in waits, 'http-equiv="refresh"' in waits) == (True, True)
    assert ("Stripe is being asked" in done, 'http-equiv="refresh"' in done) == (False, False)
    assert "ada@example.org: pause. Done on 21 November 2026 at 12:00." in words(done)


def test_why_stripe_did_not_agree_is_said(treasurer: TestClient, desk: Desk, clock: FixedClock) -> None:
    """With when it is asked again."""
    recurring = stand(desk, 1)
    press(treasurer, recurring, "pause")
    with writing(desk.books.engine) as conn:
        mine = job.c.key == f"{CHANGE_RECURRING}:{recurring.id}"
        conn.execute(job.update().where(mine).values(error="StripeAway: APIConnectionError"))

    assert "Stripe has not agreed yet: StripeAway: APIConnectionError" in words(
        treasurer.get(f"{PATH}/{recurring.id}").text
    )


@ON_SQLITE
@pytest.mark.parametrize("when", ["now", "later"])
def test_an_end_is_asked_about_once_more(treasurer: TestClient, desk: Desk, when: str) -> None:
    """Looking at the question ends nothing."""
    recurring = stand(desk, 1)
    page = treasurer.get(f"{PATH}/{recurring.id}/end-{when}")

    assert "This cannot be undone" in page.text
    assert f'action="{PATH}/{recurring.id}/end-{when}"' in page.text
    assert wished(desk, recurring) == []


@ON_SQLITE
@pytest.mark.parametrize("state", [RecurringState.ENDED, RecurringState.PENDING])
def test_what_does_not_run_has_no_buttons(treasurer: TestClient, desk: Desk, state: RecurringState) -> None:
    """And pressing one anyway is refused."""
    recurring = stand(desk, 1, state)

    assert "Change it" not in treasurer.get(f"{PATH}/{recurring.id}").text
    assert press(treasurer, recurring, "end-now") == 409
    assert treasurer.get(f"{PATH}/{recurring.id}/end-now").status_code == 409
    assert desk.books.count(recurring_act) == 0


@ON_SQLITE
@pytest.mark.parametrize(
    ("path", "status"),
    [("?state=gone", 400), ("?sort=x", 400), ("/nobody", 404), ("/nobody/end-now", 404)],
)
def test_an_address_that_means_nothing_is_refused(treasurer: TestClient, path: str, status: int) -> None:
    """400 or 404 and never a guess."""
    assert treasurer.get(PATH + path).status_code == status


def test_a_button_that_is_none_or_a_wish_without_number_is_refused(treasurer: TestClient, desk: Desk) -> None:
    """Nothing is kept."""
    recurring = stand(desk, 1)

    assert press(treasurer, recurring, "double") == 404
    assert treasurer.post(f"{PATH}/{recurring.id}/pause", data={"wish_id": "x"}).status_code == 400
    assert treasurer.get(f"{PATH}/{recurring.id}/end-soon").status_code == 404
    assert wished(desk, recurring) == []


def test_names_are_escaped(treasurer: TestClient, desk: Desk) -> None:
    """What a donor typed never runs on the desk."""
    recurring = stand(desk, 1, donor=DonorDetails("<script>alert(1)</script>", "x@example.org"))

    for path in (PATH, f"{PATH}/{recurring.id}", f"{PATH}/{recurring.id}/end-now"):
        assert "<script>alert" not in treasurer.get(path).text


@ON_SQLITE
def test_a_failed_payment_says_the_banks_reason(treasurer: TestClient, desk: Desk) -> None:
    """In the list of things to do and on its page; a code that we have no words for is shown as it is."""
    failing = stand(desk, 1, RecurringState.PAST_DUE, attempts=1, decline="insufficient_funds")
    stand(desk, 2, RecurringState.PAST_DUE, attempts=1, decline="new_reason")

    to_do, page = treasurer.get("/desk").text, treasurer.get(f"/desk/recurring/{failing.id}").text

    assert "£10.00, tried once: there was not enough money in the account." in words(to_do)
    assert "the bank's reason is “new reason”" in unescape(to_do)
    assert "tried once: there was not enough money in the account." in words(page)
    assert "12 November 2026 £10.00 Not paid , tried once." in words(page)  # among the instalments
