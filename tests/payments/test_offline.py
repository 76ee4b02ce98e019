"""Gifts that did not come through Stripe: into the books, toward the target, and out again."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from campaigns.demo import DEMO_ORGANISATION
from campaigns.store import GiftMeasures, campaign_by_id, progress
from database.transactions import booking, reading
from donors.store import find_or_add_donor
from ledger.accounts import Account
from ledger.money import GBP, Money
from ledger.store import balance
from ledger.tables import entry
from organisation.organisation import OrganisationProfile
from payments.gifts.gift import DonorDetails, Share, pledge
from payments.gifts.moving import CannotMove, GiftMove
from payments.gifts.moving_store import move_gift
from payments.gifts.offline import BadDay, Means, OfflineGift, require_day
from payments.gifts.offline_store import (
    KeptOffline,
    MovedSince,
    NotEnoughCash,
    bank_cash,
    enter_offline,
    giver,
    offline_gift_of,
    take_back_offline,
    uncounted_by_campaign,
)
from payments.gifts.receiving import Issuer
from proof.audit import audit_all
from receipts.store import receipt_of_gift
from tests.payments.conftest import LONDON
from tests.payments.organisation_books import NOON, Books, gift_id

ISSUER = Issuer(OrganisationProfile(DEMO_ORGANISATION, "en_GB"), "test")
NOW = (NOON, LONDON)
TODAY = date(2026, 11, 21)
MARY = DonorDetails("Mary Seacole", "mary@example.org")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Posting and its guards are proved on both engines elsewhere (tests/ledger, tests/database)."""
    return sqlite_url


def enter(books: Books, n: int = 1, means: Means = Means.CASH, pence: int = 2500, **more: object) -> OfflineGift:
    """A gift that a treasurer enters, for the first campaign."""
    donor = more.pop("donor", MARY)
    issuer = more.pop("issuer", ISSUER)
    shares = more.pop("shares", [Share(0, 1, 1)])
    new = replace(pledge(Money(pence, GBP), shares, donor, NOON), id=gift_id(n))  # type: ignore[arg-type]
    with booking(books.engine) as conn:
        new = replace(new, donor_id=giver(conn, new.donor, None, NOON).id)
        offline = OfflineGift(new, means, TODAY, "20 chairs", counts=True, who="ada")
        offline = replace(offline, **more)  # type: ignore[arg-type]
        enter_offline(conn, offline, issuer, NOW)  # type: ignore[arg-type]
    return offline


def kept(books: Books, n: int = 1) -> KeptOffline:
    """As it is kept."""
    with reading(books.engine) as conn:
        offline = offline_gift_of(conn, gift_id(n))
    assert offline is not None
    return offline


def held(books: Books, account: Account) -> int:
    """Pence in an account."""
    with reading(books.engine) as conn:
        return balance(conn, account, GBP).minor


def raised(books: Books) -> tuple[int, int]:
    """What counts toward the first campaign's target: pence and gifts."""
    measures = GiftMeasures(lambda *_: {}, lambda *_: {}, uncounted=uncounted_by_campaign)
    with reading(books.engine) as conn:
        campaign = campaign_by_id(conn, 1)
        assert campaign is not None
        so_far = progress(conn, campaign, NOON, measures)
    return so_far.raised.minor, so_far.gifts


@pytest.mark.parametrize(
    ("means", "account"),
    [
        (Means.CASH, Account.CASH),
        (Means.CHEQUE, Account.CASH),
        (Means.TRANSFER, Account.BANK),
        (Means.STANDING_ORDER, Account.BANK),
    ],
)
def test_money_is_in_hand_or_at_the_bank(books: Books, means: Means, account: Account) -> None:
    """With a receipt that names how it came."""
    enter(books, means=means)
    assert (held(books, account), books.raised(), books.gift().state.value) == (2500, 2500, "received")
    with reading(books.engine) as conn:
        issued = receipt_of_gift(conn, gift_id(1))
    assert issued is not None
    assert (issued.receipt.method, issued.receipt.given_on) == (means.words, TODAY)


def test_in_kind_has_a_value_and_no_entry(books: Books) -> None:
    """It counts toward the target, and its receipt says what it is."""
    enter(books, means=Means.IN_KIND)
    assert (books.count(entry), raised(books)) == (0, (2500, 1))
    with reading(books.engine) as conn:
        issued = receipt_of_gift(conn, gift_id(1))
    assert issued is not None
    assert issued.receipt.method == "In kind: 20 chairs"


def test_what_shall_not_count_is_in_the_books_alone(books: Books) -> None:
    """Money for the campaign that was promised before; a gift in kind that nobody counts."""
    enter(books)
    enter(books, 2, pence=1000, counts=False)
    enter(books, 3, Means.IN_KIND, counts=False)
    assert (books.raised(), raised(books)) == (3500, (2500, 1))


def test_entered_twice_it_is_one(books: Books) -> None:
    """The same form again: no second entry, no second receipt."""
    enter(books)
    enter(books)
    assert (books.count(entry), books.raised()) == (1, 2500)


def test_no_receipt_where_none_is_wanted(books: Books) -> None:
    """The gift is received all the same."""
    enter(books, issuer=None)
    with reading(books.engine) as conn:
        assert receipt_of_gift(conn, gift_id(1)) is None
    assert books.gift().received_at is not None


def test_taken_back_it_leaves_no_money(books: Books) -> None:
    """Twice is once; the gift stays on record, and the books say when."""
    enter(books)
    enter(books, 2, Means.IN_KIND)
    for n in (1, 1, 2):
        with booking(books.engine) as conn:
            before = offline_gift_of(conn, gift_id(n))
            assert before is not None
            take_back_offline(conn, before, "Entered twice", "ada", NOW)
    assert (held(books, Account.CASH), raised(books), books.count(entry)) == (0, (0, 0), 2)
    assert kept(books).why == "Entered twice"
    with pytest.raises(CannotMove, match="taken back"), booking(books.engine) as conn:
        move_gift(conn, GiftMove(str(UUID(int=3)), gift_id(1), 0, 1, 2, "why", "ada", NOON), TODAY)


def test_moved_to_another_campaign_it_is_moved_back_first(books: Books) -> None:
    """A reversal is of the campaign that its entry was booked to."""
    enter(books)
    there = GiftMove(str(UUID(int=1)), gift_id(1), 0, 1, 2, "why", "ada", NOON)
    back = replace(there, id=str(UUID(int=2)), from_campaign=2, to_campaign=1, moved_at=NOON + timedelta(hours=1))
    with booking(books.engine) as conn:
        move_gift(conn, there, TODAY)
    with pytest.raises(MovedSince), booking(books.engine) as conn:
        take_back_offline(conn, kept(books), "A mistake", "ada", NOW)
    with booking(books.engine) as conn:
        move_gift(conn, back, TODAY)
    with booking(books.engine) as conn:
        take_back_offline(conn, kept(books), "A mistake", "ada", NOW)
    assert (books.raised(1), books.raised(2), held(books, Account.CASH)) == (0, 0, 0)
    with reading(books.engine) as conn:
        assert [finding.name for finding in audit_all(conn, lambda: NOON) if finding.has_failed] == []


def test_cash_is_banked_and_no_more_than_there_is(books: Books) -> None:
    """Notes and cheques together."""
    enter(books)
    enter(books, 2, Means.CHEQUE, 1000)
    with booking(books.engine) as conn:
        bank_cash(conn, (str(UUID(int=9)), Money(3000, GBP)), TODAY, "ada", NOW)
    assert (held(books, Account.CASH), held(books, Account.BANK)) == (500, 3000)
    with pytest.raises(NotEnoughCash), booking(books.engine) as conn:
        bank_cash(conn, (str(UUID(int=10)), Money(501, GBP)), TODAY, "ada", NOW)


def test_a_group_gives_its_parent_its_part(books: Books) -> None:
    """The gift counts once, where it was given."""
    enter(books, shares=[Share(0, 2, 80), Share(1, 1, 20)])
    assert (books.raised(2), books.raised(1)) == (2000, 500)


def test_the_audit_agrees(books: Books) -> None:
    """Money, in kind, taken back and banked."""
    enter(books)
    enter(books, 2, Means.IN_KIND)
    enter(books, 3, Means.TRANSFER)
    with booking(books.engine) as conn:
        take_back_offline(conn, kept(books, 3), "Never came", "ada", NOW)
        bank_cash(conn, (str(UUID(int=9)), Money(2500, GBP)), TODAY, "ada", NOW)
    with reading(books.engine) as conn:
        failed = [finding.name for finding in audit_all(conn, lambda: NOON) if finding.has_failed]
    assert failed == []


def test_who_gave(books: Books) -> None:
    """By address the donor who has it; without one, somebody of their own; nobody known is nobody's."""
    with booking(books.engine) as conn:
        mary = find_or_add_donor(conn, "Mary", "mary@example.org", NOON)
        assert giver(conn, DonorDetails("M. Seacole", "Mary@example.org"), None, NOON).id == mary.id
        assert giver(conn, DonorDetails("", ""), mary.id, NOON).id == mary.id
        first, second = (giver(conn, DonorDetails("Mrs Patel", ""), None, NOON) for _ in range(2))
        nobody = [giver(conn, DonorDetails("", ""), None, NOON).id for _ in range(2)]
    assert (first.id != second.id, first.name, len(set(nobody))) == (True, "Mrs Patel", 1)


@pytest.mark.parametrize(
    ("day", "open_from", "sentence"),
    [
        (date(2026, 11, 22), None, "still to come"),
        (date(2026, 10, 31), date(2026, 11, 1), "closed up to this day"),
        (date(2006, 11, 21), None, "years ago"),
    ],
)
def test_days_that_cannot_be(day: date, open_from: date | None, sentence: str) -> None:
    """The future, a closed month, a mistyped year."""
    with pytest.raises(BadDay, match=sentence):
        require_day(day, TODAY, open_from)
    require_day(TODAY, TODAY, date(2026, 11, 1))
