"""Who is asked for a puzzle: nobody in an ordinary hour, everybody in an attack, and nobody once it is over."""

from datetime import timedelta

import pytest

from database.transactions import reading, writing
from payments.giving.admission_store import (
    ADDRESS,
    COUNT_EVERY,
    DEMANDED_FOR,
    EMAIL,
    LETTER_EMAIL,
    SITE,
    SOLVED,
    Admission,
    CountedForm,
    demand_at,
)
from payments.giving.form_token import new_form_token
from payments.giving.puzzle import EASY
from tests.clock import FixedClock
from tests.payments.organisation_books import NOON, Books
from web.limits_store import CountedVisit, count_visits

KEY = b"k" * 32


@pytest.fixture
def clock() -> FixedClock:
    """The clock of these tests."""
    return FixedClock(NOON)


@pytest.fixture
def admission(books: Books, clock: FixedClock) -> Admission:
    """The counts of these tests."""
    return Admission(books.engine, clock, KEY)


def free(admission: Admission, count: int, *, address: str = "192.0.2.1", token: str = "", email: str = "") -> int:
    """How many of so many forms needed no puzzle; each of another donor unless one is named."""
    forms = [CountedForm(address.replace("N", str(n)), email or f"d{n}@example.org", token) for n in range(count)]
    return sum(not admission.needs_puzzle(form) for form in forms)


def test_one_address_has_its_share_without_a_puzzle(admission: Admission, clock: FixedClock) -> None:
    """Twice as many of a page that was loaded, but not of one page again and again; anew after ten minutes."""
    assert free(admission, 40) == ADDRESS.most // 2
    assert free(admission, 5, address="192.0.2.200") == 5
    clock.advance(timedelta(minutes=10))
    token = new_form_token(KEY, NOON)
    assert free(admission, 10, token=token) == 6
    assert free(admission, 40, address="2001:db8:0:7::N") == ADDRESS.most // 2  # one customer's network
    assert free(admission, 20, address="203.0.N.1", email="Zoe@example.org") == EMAIL.most


def test_a_flood_from_everywhere_asks_everybody_until_it_is_over(
    books: Books, admission: Admission, clock: FixedClock
) -> None:
    """Few pass before it is noticed; while it goes on nobody does; ten minutes after its end it asks no more."""
    assert free(admission, 250, address="10.N.0.1") == SITE.most // 2
    clock.advance(timedelta(minutes=5))
    assert free(admission, 250, address="10.N.1.1") == 0
    clock.advance(COUNT_EVERY)
    assert free(admission, 1, address="10.N.2.1") == 0
    with reading(books.engine) as conn:
        demand = demand_at(conn, clock())
    assert demand is not None
    assert (demand.since, demand.until) == (NOON, clock() + DEMANDED_FOR)
    clock.advance(DEMANDED_FOR)
    assert free(admission, 5, address="10.N.3.1") == 5


def test_who_solves_far_more_than_a_hall_gets_harder_puzzles(books: Books, admission: Admission) -> None:
    """A hall of a thousand does not."""
    hall = CountedForm("192.0.2.1", "a@example.org", "")
    for _ in range(3):
        admission.note_solution(hall)
    assert admission.largest_number(hall) == EASY
    with writing(books.engine) as conn:
        count_visits(conn, KEY, [CountedVisit(SOLVED, "192.0.2.0/24", SOLVED.most)], NOON)
    assert admission.largest_number(hall) == EASY * 4


def test_an_address_gets_few_links_an_hour(admission: Admission) -> None:
    """However it is written."""
    asked = [CountedForm(f"10.0.{n}.1", "Zoe@example.org" if n % 2 else "zoe@example.org", "") for n in range(5)]
    assert [admission.may_have_letter(form) for form in asked].count(True) == LETTER_EMAIL.most
