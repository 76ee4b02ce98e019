"""What a donor changes in a recurring gift, at the twin: asked of Stripe once, later where Stripe is away."""

import re
from collections.abc import Iterator

import pytest

from payments.gifts.recurring import Recurring, RecurringState
from sandbox.controls import run_control
from tests.payments.own.own_site import OwnSite, open_own_site
from tests.payments.recurring.recurring_setup import DAY, MONTH, RecurringSetup

ZOE = "zoe@example.org"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: what is kept is proved on both beside it (tests/payments/recurring)."""
    return sqlite_url


@pytest.fixture
def own(setup: RecurringSetup) -> Iterator[OwnSite]:
    """Zoë gives £10 a month, and has opened her pages."""
    setup.begin()
    with open_own_site(setup.engine, setup.twin.now, setup.url) as site:
        site.enter(ZOE)
        yield site


def path_of_gift(own: OwnSite) -> str:
    """The path of her recurring gift, as her page links it."""
    [path] = re.findall(r'href="(/giving/recurring/[^"]+)"', own.browser.get("/giving").text)
    return str(path)


def wish(own: OwnSite, page: str, button: str, **fields: str) -> int:
    """Press a button of a page twice, as an impatient hand does; the status of the answer."""
    wish_id = re.findall(r'name="wish_id" value="(\w+)"', own.browser.get(page).text)[0]
    answers = [own.browser.post(button, data={"wish_id": wish_id, **fields}).status_code for _ in range(2)]
    assert answers[0] == answers[1]
    return answers[0]


def only(setup: RecurringSetup) -> Recurring:
    """Her recurring gift."""
    ids = {gift.recurring_id for gift in setup.gifts() if gift.recurring_id}
    return setup.recurring(ids.pop())


def test_the_amount_changes_from_the_next_time_on(own: OwnSite, setup: RecurringSetup) -> None:
    """A wrong amount comes back with what to type."""
    path = path_of_gift(own)
    assert wish(own, path, path + "/amount", amount="nought") == 422
    assert wish(own, path, path + "/amount", amount="8") == 303
    setup.deliver()

    assert "£8 a month" in own.text(path)
    assert any("£8" in text for _, text in setup.letters().values())


def test_a_stop_takes_two_pages_and_is_confirmed_by_letter(own: OwnSite, setup: RecurringSetup) -> None:
    """At once, and Stripe is asked once although the button was pressed twice."""
    path = path_of_gift(own)
    assert wish(own, path + "/stop", path + "/stop") == 303
    assert "Stripe is being asked" in own.text(path)
    setup.deliver()

    assert only(setup).state is RecurringState.ENDED
    assert "Nothing more is taken" in own.text(path)
    assert any("stopped" in subject for subject, _ in setup.letters().values())
    assert own.browser.get(path + "/stop").status_code == 409


def test_the_next_one_can_be_skipped(own: OwnSite, setup: RecurringSetup) -> None:
    """That one alone, and nothing is collected later for it."""
    path = path_of_gift(own)
    assert wish(own, path, path + "/skip") == 303
    setup.deliver()
    assert "Paused: nothing is taken. It goes on by itself after" in own.text(path)
    setup.wait(3 * MONTH)

    assert setup.charges() == [1000, 1000, 1000]
    own.enter(ZOE)
    assert "Next on" in own.text(path)


def test_a_pause_ends_by_itself(own: OwnSite, setup: RecurringSetup) -> None:
    """Of a monthly gift two months are two instalments; thirteen are refused."""
    path = path_of_gift(own)
    assert wish(own, path, path + "/pause", months="13") == 422
    assert wish(own, path, path + "/pause", months="2") == 303
    setup.deliver()
    setup.wait(4 * MONTH)

    assert setup.charges() == [1000, 1000, 1000]
    subjects = [subject for subject, _ in setup.letters().values()]
    assert [any(word in subject for subject in subjects) for word in ("is paused", "goes on")] == [True, True]


def test_another_day_counts_from_the_next_time_on(own: OwnSite, setup: RecurringSetup) -> None:
    """Nothing is charged for the days between; a day that not every month has is refused."""
    path = path_of_gift(own)
    assert wish(own, path, path + "/day", day="31") == 422
    assert wish(own, path, path + "/day", day="5") == 303
    setup.deliver()
    next_at = setup.row(only(setup)).next_at

    assert (next_at.day, setup.charges()) == (5, [1000])
    subject, text = setup.letters()["recurring-day"]
    assert subject == "Your monthly donation is taken on another day now"
    assert "is taken on the 5th of each month, from the next time on." in text
    setup.wait(2 * MONTH)
    assert setup.row(only(setup)).next_at.day == 5


def test_a_wish_is_kept_while_stripe_is_away(own: OwnSite, setup: RecurringSetup) -> None:
    """The page says so; when Stripe is back it is carried out, once."""
    path = path_of_gift(own)
    assert wish(own, path, path + "/stop") == 303
    run_control(setup.twin.clock_control, "chaos", {"api_500": "1"})
    setup.work()
    assert "We have kept your wish, and Stripe cannot be reached just now." in own.text(path)
    run_control(setup.twin.clock_control, "chaos", {"mood": "calm"})
    setup.wait(DAY)

    assert only(setup).state is RecurringState.ENDED


def test_the_card_changes_on_stripes_page(own: OwnSite, setup: RecurringSetup) -> None:
    """Its address is made at each press, and leads back here."""
    path = path_of_gift(own)
    answer = own.browser.post(path + "/card")

    assert answer.status_code == 303
    assert "/portal/bps_" in answer.headers["location"]


def test_where_stripe_is_away_the_card_stays_as_it_is(setup: RecurringSetup) -> None:
    """And the page says so."""
    setup.begin()
    with open_own_site(setup.engine, setup.twin.now) as own:
        own.enter(ZOE)
        answer = own.browser.post(path_of_gift(own) + "/card")
    assert (answer.status_code, "Your card is as it was" in answer.text) == (503, True)


def test_anybody_elses_recurring_gift_is_not_there(own: OwnSite, setup: RecurringSetup) -> None:
    """Whoever guesses its address."""
    path = path_of_gift(own)
    own.browser.cookies.clear()
    setup.books.pledge(n=3)
    own.ask("donor3@example.org")
    own.press(own.links()[-1])

    assert [own.browser.get(path).status_code, own.browser.get(path + "/stop").status_code] == [404, 404]
    assert wish_status(own, path + "/stop") == wish_status(own, path + "/amount") == 404


def wish_status(own: OwnSite, button: str) -> int:
    """The answer to a button's form that was made by hand."""
    return own.browser.post(button, data={"wish_id": "0" * 32, "amount": "8"}).status_code


def test_letters_give_way_to_a_statement_a_year_and_back(own: OwnSite) -> None:
    """At once, without Stripe; nothing but these two can be chosen, and nobody chooses for another donor."""
    path = path_of_gift(own)
    assert "Each donation brings a letter with its receipt." in own.text(path)
    assert own.browser.post(path + "/receipts", data={"receipts": "yearly"}).status_code == 303
    assert "You get one statement a year, in January" in own.text(path)
    assert own.browser.post(path + "/receipts", data={"receipts": "never"}).status_code == 400
    assert own.browser.post("/giving/recurring/other/receipts", data={"receipts": "each"}).status_code == 404
    assert own.browser.post(path + "/receipts", data={"receipts": "each"}).status_code == 303

    assert "Each donation brings a letter with its receipt." in own.text(path)
