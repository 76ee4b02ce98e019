"""Claims in the database, by gifts as Stripe's messages bring them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from database.transactions import booking, reading, writing
from donors.merge_store import merge_donors
from ledger.money import GBP, Money
from payments.gift_aid.claim import Adjustment, Claimant, OpenClaim, schedules_of
from payments.gift_aid.claim_store import (
    LaterClaim,
    NothingToClaim,
    adjustments_of_claim,
    claimed_lines,
    gift_aid_claim_of,
    gift_aid_claims,
    make_claim,
    take_claim_back,
)
from payments.gift_aid.claim_views import claimable_now
from payments.gift_aid.declaration_store import (
    add_gift_aid_declaration,
    gift_aid_declared_with,
    withdraw_gift_aid,
)
from payments.gift_aid.schedule_file import schedule_file
from payments.gift_aid.tables import gift_aid_line
from payments.gifts.declaration import Declaration, DonorKind
from payments.gifts.details_store import add_declaration
from proof.store_gift_aid import claimed_without_right
from tests.engines import ON_SQLITE
from tests.payments.gift_aid.hmrc_validator import boxes, donations, errors_of
from tests.payments.gift_aid.samples import ADA, DECLARED, NOON, ONCE, TODAY
from tests.payments.messages import charged, delivery, event
from tests.payments.organisation_books import Books, gift_id
from tests.payments.stripe_objects import refund

CHARITY = Claimant("Libraries for all", "AB12345")
LATER = NOON + timedelta(days=2)


def give(books: Books, n: int, *, email: str = "ada@example.org", amount: int = 2500) -> str:
    """A gift that was paid; returns its donor."""
    books.pledge(n, amount=amount, email=email)
    books.deliver(charged(str(n), gift=gift_id(n), amount=amount))
    donor = books.gift(n).donor_id
    assert donor is not None
    return donor


def declare(books: Books, donor: str, **changes: object) -> None:
    """What this donor declared, with their first gift."""
    values = {"donor_id": donor, "gift_id": gift_id(1)} | changes
    with writing(books.engine) as conn:
        add_gift_aid_declaration(conn, replace(DECLARED, **values))  # type: ignore[arg-type]


def found(books: Books, today: date = TODAY) -> OpenClaim:
    """What can be claimed now."""
    with reading(books.engine) as conn:
        return claimable_now(conn, today)


def claim(books: Books) -> int:
    """Make the claim."""
    with booking(books.engine) as conn:
        return make_claim(conn, claimable_now(conn, TODAY), CHARITY, "treasurer", NOON)


def refunded(books: Books, n: int, minor: int) -> None:
    """Stripe says that so much of a gift goes back."""
    of = refund(id=f"re_{n}", charge=f"ch_{n}", payment_intent=f"pi_{n}", amount=minor)
    books.deliver(delivery(event("refund.created", of, name=f"re_{n}")))


def test_a_gift_is_claimed_once_and_hmrc_takes_the_file(books: Books) -> None:
    """All gifts of who declared, and nobody else's; then nothing is left to claim."""
    declare(books, give(books, 1))
    give(books, 2, amount=1250)
    give(books, 3, email="bo@example.org")
    assert (found(books).given, found(books).tax) == (Money(3750, GBP), Money(938, GBP))

    number = claim(books)
    with reading(books.engine) as conn:
        made, lines = gift_aid_claim_of(conn, number), claimed_lines(conn, number)
    assert made is not None
    assert (made.gifts, made.given, made.asked) == (2, Money(3750, GBP), Money(938, GBP))
    [schedule] = schedules_of(made, lines)
    file = schedule_file(schedule)
    assert errors_of(file, TODAY) == []
    assert [row[2:6] + row[8:] for row in donations(file)] == [
        ["Ada", "Byron King", "12", "SW1Y 4JH", "21/11/26", amount] for amount in ("25.00", "12.50")
    ]
    assert found(books).gifts == []
    with pytest.raises(NothingToClaim):
        claim(books)


def test_what_went_back_is_not_claimed(books: Books) -> None:
    """In part: the rest is; in whole: nothing of it."""
    declare(books, give(books, 1))
    give(books, 2)
    refunded(books, 1, 500)
    refunded(books, 2, 2500)
    assert [(each.gift.id, each.gift.kept.minor) for each in found(books).gifts] == [(gift_id(1), 2000)]


def test_a_refund_after_the_claim_is_paid_back_by_the_next_one(books: Books) -> None:
    """Once; and with the claim that was to pay it back taken back, the next one does."""
    declare(books, give(books, 1))
    claim(books)
    refunded(books, 1, 1000)
    give(books, 2)
    assert found(books).adjustments == [Adjustment(gift_id(1), Money(1000, GBP))]
    assert found(books).tax == Money(625 - 250, GBP)

    number = claim(books)
    with reading(books.engine) as conn:
        made, lines, paid = gift_aid_claim_of(conn, number), claimed_lines(conn, number), adjustments_of_claim(conn, 2)
    assert made is not None
    assert boxes(schedule_file(schedules_of(made, lines)[0]))[1] == "2.50"
    assert paid == [Adjustment(gift_id(1), Money(1000, GBP))]
    assert (found(books).gifts, found(books).adjustments) == ([], [])

    with booking(books.engine) as conn:
        assert [take_claim_back(conn, number, "treasurer", NOON) for _ in range(2)] == [True, False]
    assert len(found(books).gifts) == len(found(books).adjustments) == 1
    with reading(books.engine) as conn:
        assert [each.taken_back_at is None for each in gift_aid_claims(conn)] == [False, True]


def refund_failed(books: Books, n: int, minor: int) -> None:
    """Stripe says that the donor's bank would not take it back."""
    of = refund(id=f"re_{n}", charge=f"ch_{n}", payment_intent=f"pi_{n}", amount=minor, status="failed")
    books.deliver(delivery(event("refund.failed", of, name=f"re_{n}_failed")))


@pytest.mark.parametrize("minor", [2500, 1000])
def test_a_gift_whose_refund_failed_after_it_was_paid_back_is_claimed_again_once(books: Books, minor: int) -> None:
    """For what was paid back, and no more; and the audit agrees."""
    declare(books, give(books, 1))
    claim(books)
    refunded(books, 1, minor)
    give(books, 2)
    claim(books)
    refund_failed(books, 1, minor)
    [again] = found(books).gifts
    assert (again.gift.id, again.gift.kept, again.is_again) == (gift_id(1), Money(minor, GBP), True)

    number = claim(books)
    assert (found(books).gifts, found(books).adjustments) == ([], [])
    with reading(books.engine) as conn:
        assert claimed_without_right(conn) == (3, [])
    with booking(books.engine) as conn:
        take_claim_back(conn, number, "treasurer", NOON)
    assert [each.is_again for each in found(books).gifts] == [True]


def test_a_claim_that_a_later_one_builds_on_stands(books: Books) -> None:
    """The second pays back of the first, the third claims again what the second paid back: only the last may go."""
    declare(books, give(books, 1))
    claim(books)
    refunded(books, 1, 1000)
    give(books, 2)
    claim(books)
    refund_failed(books, 1, 1000)
    claim(books)
    for number, later in ((1, 3), (2, 3)):
        with pytest.raises(LaterClaim, match=f"claim {later}"), booking(books.engine) as conn:
            take_claim_back(conn, number, "treasurer", NOON)
    with booking(books.engine) as conn:
        assert [take_claim_back(conn, number, "treasurer", NOON) for number in (3, 2, 1)] == [True, True, True]
    assert found(books).given == Money(5000, GBP)


def test_no_more_is_claimed_again_than_was_paid_back(books: Books) -> None:
    """The database refuses it, whatever the program says."""
    declare(books, give(books, 1))
    with reading(books.engine) as conn:
        [first] = claimable_now(conn, TODAY).gifts
    claim(books)
    again = OpenClaim(TODAY, [replace(first, is_again=True)], (), ())
    with pytest.raises(IntegrityError), booking(books.engine) as conn:
        make_claim(conn, again, CHARITY, "treasurer", NOON)


def test_a_withdrawal_ends_claims_from_its_day(books: Books) -> None:
    """Also for what was claimed on already, if the day was before; a second withdrawal changes nothing."""
    donor = give(books, 1)
    declare(books, donor)
    claim(books)
    with writing(books.engine) as conn:
        assert withdraw_gift_aid(conn, [donor], TODAY, "donor", LATER) == [DECLARED.id]
        assert withdraw_gift_aid(conn, [donor], date(2026, 1, 1), "donor", LATER) == []
        kept = gift_aid_declared_with(conn, gift_id(1))
    assert kept is not None
    assert (kept.ends_on, kept.taxpayer, kept.words) == (TODAY, ADA, DECLARED.words)
    assert found(books).adjustments == [Adjustment(gift_id(1), Money(2500, GBP))]


@ON_SQLITE
def test_one_gift_alone_where_that_was_declared(books: Books) -> None:
    """Not the next one of the same donor."""
    declare(books, give(books, 1), id=ONCE.id, scope=ONCE.scope)
    give(books, 2)
    assert [each.gift.id for each in found(books).gifts] == [gift_id(1)]


@ON_SQLITE
def test_two_donors_who_are_one_person_declare_for_both(books: Books) -> None:
    """As long as they are read as one; a gift that a body gave is nobody's."""
    declare(books, give(books, 1))
    other = give(books, 2, email="ada@work.example.org")
    give(books, 3)
    company = Declaration(DonorKind.COMPANY, "Byron Ltd", "1 Lane", "01234567", "This is my own money.", "1")
    with writing(books.engine) as conn:
        add_declaration(conn, gift_id(3), company, NOON)
    assert [each.gift.id for each in found(books).gifts] == [gift_id(1)]
    with writing(books.engine) as conn:
        merge_donors(conn, other, books.gift(1).donor_id or "", "treasurer", NOON)
    assert [each.gift.id for each in found(books).gifts] == [gift_id(1), gift_id(2)]


@ON_SQLITE
def test_a_line_that_hmrc_would_refuse_waits_and_is_named(books: Books) -> None:
    """It is in no file until the donor has told their name again."""
    declare(books, give(books, 1), taxpayer=replace(ADA, first_name="李"))
    waiting = found(books)
    assert (waiting.gifts, [each.faults for each in waiting.unclear]) == ([], [["HMRC cannot read the first name"]])


def test_of_two_who_claim_at_once_one_claims(books: Books) -> None:
    """The other finds nothing left: numbers have no gap, and no gift is claimed twice."""
    declare(books, give(books, 1))

    def attempt(_n: int) -> int | None:
        try:
            return claim(books)
        except NothingToClaim:
            return None

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(attempt, range(4)))
    assert sorted(number for number in made if number) == [1]
    assert (made.count(None), count(books)) == (3, 1)


def test_the_database_refuses_to_claim_a_gift_twice(books: Books) -> None:
    """Whatever the program says."""
    declare(books, give(books, 1))
    with reading(books.engine) as conn:
        same = claimable_now(conn, TODAY)
    claim(books)
    with pytest.raises(IntegrityError), booking(books.engine) as conn:
        make_claim(conn, same, CHARITY, "treasurer", NOON)
    assert count(books) == 1


def count(books: Books) -> int:
    """How many gifts are claimed."""
    with reading(books.engine) as conn:
        return _count(conn)


def _count(conn: Connection) -> int:
    return conn.scalar(sa.select(sa.func.count()).select_from(gift_aid_line)) or 0
