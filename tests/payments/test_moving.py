"""A gift is moved to another campaign: its money, what went back of it, and whatever is booked later."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from database.transactions import booking, reading
from ledger.accounts import Account
from ledger.gift_views import held_of_gift
from ledger.money import GBP, Money
from ledger.store import balance
from ledger.tables import entry
from ledger.views import gave_back
from payments.gifts.detail_views import gift_details
from payments.gifts.moving import COUNTED, CannotMove, GiftMove
from payments.gifts.moving_store import move_gift, moves_of
from payments.reading.happenings import Category
from proof.audit import audit_all
from tests.payments.messages import charged, delivery, event
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import apply_happenings, line
from tests.payments.stripe_objects import refund

LIBRARIES, BUSES = 1, 2


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Posting and its guards are proved on both engines elsewhere (tests/ledger, tests/database)."""
    return sqlite_url


@pytest.fixture
def given(books: Books) -> Books:
    """£25 for the libraries."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    return books


def move(books: Books, number: int = 1, *, back: bool = False) -> GiftMove:
    """Move it to the buses, or back."""
    here, there = (BUSES, LIBRARIES) if back else (LIBRARIES, BUSES)
    at = NOON + timedelta(days=number)
    moved = GiftMove(str(UUID(int=number)), gift_id(1), 0, here, there, "She meant the buses", "ada", at)
    with booking(books.engine) as conn:
        move_gift(conn, moved, at.date())
    return moved


def give_back(books: Books, pence: int, identity: str) -> None:
    """A refund that Stripe reports."""
    books.deliver(delivery(event("refund.created", refund(id=identity, amount=pence), name=identity)))


def raised(books: Books) -> tuple[int, int]:
    """What the libraries and the buses have."""
    return books.raised(LIBRARIES), books.raised(BUSES)


def test_the_money_is_counted_for_the_other_campaign(given: Books) -> None:
    """Sent twice it is one move; nothing is left between the two, and the gift is one gift."""
    move(given)
    move(given)
    assert raised(given) == (0, 2500)
    with reading(given.engine) as conn:
        assert balance(conn, Account.MOVED, GBP).minor == 0
        assert [finding.name for finding in audit_all(conn, lambda: NOON) if finding.has_failed] == []
    assert given.count(entry) == 3


def test_what_went_back_moves_with_it_and_later_refunds_find_it(given: Books) -> None:
    """£10 before the move, £5 after it: all of it off the campaign that has the gift."""
    give_back(given, 1000, "re_1")
    move(given)
    give_back(given, 500, "re_2")
    assert raised(given) == (0, 1000)
    with reading(given.engine) as conn:
        assert gave_back(conn, gift_id(1), GBP).minor == 1500
        assert held_of_gift(conn, gift_id(1), LIBRARIES, COUNTED) == []


def test_its_fees_move_with_it_and_later_ones_find_it(given: Books) -> None:
    """58p before the move, £20 for a dispute after it: the buses have paid both, and their own net is right."""
    apply_happenings(given, line("a", Category.PAYMENT, 2500, n="1", fee=58))
    move(given)
    apply_happenings(given, line("d", Category.DISPUTE, -2500, n="1", subject="du_1", fee=2000))
    with reading(given.engine) as conn:
        assert held_of_gift(conn, gift_id(1), LIBRARIES, COUNTED) == []
        held = {account.value: amount.minor for account, amount in held_of_gift(conn, gift_id(1), BUSES, COUNTED)}
        details = gift_details(conn, gift_id(1))
    assert held == {"gifts": 2500, "fees": -58, "dispute_fees": -2000}
    assert details is not None
    assert (details.fee, details.dispute_fee) == (Money(58, GBP), Money(2000, GBP))


def test_a_fee_given_back_in_part_is_what_was_taken(given: Books) -> None:
    """58p less the 20p that Stripe gave back with a refund."""
    apply_happenings(
        given,
        line("a", Category.PAYMENT, 2500, n="1", fee=58),
        line("r", Category.REFUND, -1000, n="1", subject="re_1", fee=-20),
    )
    with reading(given.engine) as conn:
        details = gift_details(conn, gift_id(1))
    assert details is not None
    assert (details.fee, details.dispute_fee) == (Money(38, GBP), None)


def test_moved_back_everything_is_as_before(given: Books) -> None:
    """Both moves stay on record, each on its day."""
    give_back(given, 1000, "re_1")
    move(given)
    move(given, 2, back=True)
    assert raised(given) == (1500, 0)
    with reading(given.engine) as conn:
        assert [step.to_campaign for step in moves_of(conn, gift_id(1))] == [LIBRARIES, BUSES]


def test_a_debit_that_is_collected_again_after_a_move(given: Books) -> None:
    """What was booked before the move is not booked anew; the new charge counts where the gift is now."""
    give_back(given, 1000, "re_1")
    move(given)
    given.deliver(charged("1b", gift=gift_id(1), payment_intent="pi_1"))
    assert (raised(given), given.dead_letters()) == ((0, 4000), [])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"from_campaign": BUSES, "to_campaign": LIBRARIES}, "moved meanwhile"),
        ({"to_campaign": 9}, "same currency"),
        ({"gift": gift_id(9)}, "moved meanwhile"),
    ],
    ids=["not there", "no campaign", "no gift"],
)
def test_what_cannot_be_moved(given: Books, change: dict[str, object], sentence: str) -> None:
    """Nothing is booked."""
    wanted = GiftMove(str(UUID(int=1)), gift_id(1), 0, LIBRARIES, BUSES, "why", "ada", NOON)
    with pytest.raises(CannotMove, match=sentence), booking(given.engine) as conn:
        move_gift(conn, replace(wanted, **change), NOON.date())  # type: ignore[arg-type]
    assert raised(given) == (2500, 0)
