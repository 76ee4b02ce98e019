"""What the books know of gifts, as the rules see it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from compliance.book_views import report_books
from compliance.check import CheckClock, CheckReason
from compliance.due_checks import DueCheck
from compliance.gift_views import (
    UnvaluedGift,
    donor_families,
    family_members,
    gifts_above,
    gifts_by_id,
    gifts_of_donors,
)
from compliance.regulated_gift import GiftNature, RegulatedGift
from compliance.store import open_checks
from database.transactions import booking
from donors.merge_store import merge_donors, undo_merge
from ledger.money import EUR, GBP, Money
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.gifts.offline import Means, OfflineGift
from payments.gifts.offline_store import enter_offline, giver
from payments.gifts.store import add_gifts
from payments.reading.happenings import Category
from payments.valuing.valuation import BY_CAMPAIGN, Valuation
from payments.valuing.valuation_store import add_valuations
from tests.compliance.conftest import UNIT
from tests.compliance.gifts import pounds
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import apply_happenings, charged, failed, line, refund_failed, refunded

TODAY, YEAR = date(2026, 11, 21), date(2026, 1, 1)


def receive(books: Books, n: int, minor: int, shares: Sequence[tuple[int, int]] = ()) -> None:
    """A gift of so many pence that came by card."""
    books.pledge(n, amount=minor, shares=shares)
    apply_happenings(books, charged(str(n), minor, gift=gift_id(n)))


def values(books: Books, *numbers: int) -> dict[str, Money]:
    """The value of each of these gifts that the rules see."""
    with booking(books.engine) as conn:
        received = gifts_by_id(conn, [gift_id(n) for n in numbers])
    assert not received.unvalued
    return {each.gift_id: each.value for each in received.gifts}


def test_a_gift_is_its_value_on_its_day(books: Books) -> None:
    """Whole, before fees; a gift that was only promised is none."""
    receive(books, 1, 60_000, shares=[(2, 60_000)])
    books.pledge(2)
    apply_happenings(books, line("1", Category.PAYMENT, 60_000, n="1", fee=900, marked=True))
    with booking(books.engine) as conn:
        [gift] = gifts_by_id(conn, [gift_id(1), gift_id(2)]).gifts
    assert gift == RegulatedGift(gift_id(1), gift.donor_id, pounds("600"), TODAY)


def test_what_came_counts_and_not_what_was_asked_for(books: Books) -> None:
    """Another amount was charged; and a gift was paid twice."""
    books.pledge(1, amount=40_000)
    books.pledge(2, amount=30_000)
    apply_happenings(books, charged("1", 60_000, gift=gift_id(1)))
    apply_happenings(books, charged("2", 30_000, gift=gift_id(2)), charged("3", 30_000, gift=gift_id(2), at=1))
    assert values(books, 1, 2) == {gift_id(1): pounds("600"), gift_id(2): pounds("600")}


def test_what_is_gone_is_no_gift_and_what_is_left_of_one_is_the_whole(books: Books) -> None:
    """Refunded in part; refunded whole; failed; failed and collected again; refunded in vain."""
    for n in range(1, 6):
        receive(books, n, 60_000)
    apply_happenings(
        books, refunded("1", "1", 10_000), refunded("2", "2", 60_000), failed("3", 60_000), failed("4", 60_000)
    )
    apply_happenings(books, charged("4", 60_000, gift=gift_id(4), at=40, charge="ch_4b"))
    apply_happenings(books, refunded("5", "5", 60_000), refund_failed("5", "5", 60_000))
    assert list(values(books, 1, 2, 3, 4, 5)) == [gift_id(1), gift_id(4), gift_id(5)]


def test_what_was_checked_stays_when_it_is_gone(books: Books) -> None:
    """The record of receipt and return is what the law asks for."""
    receive(books, 1, 60_000)
    with booking(books.engine) as conn:
        [gift] = gifts_by_id(conn, [gift_id(1)]).gifts
        clock = CheckClock(gift.received_on, 30)
        open_checks(conn, [DueCheck(gift, CheckReason.ABOVE_THRESHOLD, gift.value, clock)], TODAY)
    apply_happenings(books, refunded("1", "1", 60_000))
    assert values(books, 1) == {gift_id(1): pounds("600")}


def test_another_currency_is_worth_what_stripe_made_of_it(books: Books) -> None:
    """Until that is known the gift is named, and not left out."""
    with booking(books.engine) as conn:
        donor = giver(conn, DonorDetails("Ada", "ada@example.org"), None, NOON)
    receive_in_euros(books, donor.id)
    with booking(books.engine) as conn:
        received = gifts_of_donors(conn, [donor.id], YEAR)
    assert received.gifts == ()
    assert received.unvalued == (UnvaluedGift(gift_id(1), donor.id, Money(80_000, EUR), TODAY),)
    settled = line("1", Category.PAYMENT, 68_000, n="1", fee=900, marked=True, original=Money(80_000, EUR))
    apply_happenings(books, settled)
    assert values(books, 1) == {gift_id(1): pounds("680")}


def receive_in_euros(books: Books, donor_id: str) -> None:
    """A gift of €800 by card."""
    euros = Money(80_000, EUR)
    gift = Gift(
        gift_id(1), GiftState.PENDING, euros, (Allocation(0, 1, euros),), DonorDetails("Ada", "ada@example.org"), NOON
    )
    with booking(books.engine) as conn:
        add_gifts(conn, [replace(gift, donor_id=donor_id)])
    apply_happenings(books, charged("1", 80_000, gift=gift_id(1), of=EUR))


def enter(books: Books, n: int, means: Means, day: date, name: str = "Ada", campaign: int = 1) -> None:
    """An offline gift of £600."""
    with booking(books.engine) as conn:
        details = DonorDetails(name, f"{name.lower()}@example.org" if name else "")
        donor = giver(conn, details, None, NOON)
        value = pounds("600")
        gift = Gift(
            gift_id(n), GiftState.PENDING, value, (Allocation(0, campaign, value),), details, NOON, donor_id=donor.id
        )
        offline = OfflineGift(gift, means, day, "a van", counts=True, who="asha@example.org")
        enter_offline(conn, offline, None, (NOON, ZoneInfo("Europe/London")))


def test_an_offline_gift_is_of_the_day_on_which_it_came(books: Books) -> None:
    """In kind is its own nature; a standing order is agreed, as an instalment is."""
    day = date(2026, 3, 2)
    enter(books, 1, Means.CHEQUE, day)
    enter(books, 2, Means.IN_KIND, day)
    enter(books, 3, Means.STANDING_ORDER, day)
    with booking(books.engine) as conn:
        gifts = gifts_by_id(conn, [gift_id(n) for n in (1, 2, 3)]).gifts
    assert [(each.received_on, each.nature, each.is_instalment) for each in gifts] == [
        (day, GiftNature.MONEY, False),
        (day, GiftNature.IN_KIND, False),
        (day, GiftNature.MONEY, True),
    ]


def test_only_what_exceeds_what_it_bought_is_a_gift(books: Books) -> None:
    """A ticket that sells for what was paid is none at all; a bequest is a nature of its own."""
    for n in (1, 2, 3):
        enter(books, n, Means.CHEQUE, TODAY)
    [paid] = set(values(books, 1, 2, 3).values())
    dinner, half = paid, Money(paid.minor // 2, GBP)
    with booking(books.engine) as conn:
        noted = (Valuation(gift_id(1), False, "Dinner", dinner), Valuation(gift_id(2), False, "Book", half))
        add_valuations(conn, [*noted, Valuation(gift_id(3), True, "", Money(0, GBP))], "ada", NOON)
        gifts = gifts_by_id(conn, [gift_id(n) for n in (1, 2, 3)]).gifts
    assert [(each.gift_id, each.value, each.nature) for each in gifts] == [
        (gift_id(2), paid - half, GiftNature.MONEY),
        (gift_id(3), paid, GiftNature.BEQUEST),
    ]


def test_what_a_campaign_sells_makes_no_gift_smaller(books: Books) -> None:
    """Whoever edits campaigns decides nothing about checks: a treasurer says it of the gift."""
    enter(books, 1, Means.CHEQUE, TODAY)
    whole = values(books, 1)
    dinner = Valuation(gift_id(1), False, "Dinner", Money(100, GBP))
    with booking(books.engine) as conn:
        add_valuations(conn, [dinner], BY_CAMPAIGN, NOON)
    assert values(books, 1) == whole
    with booking(books.engine) as conn:
        add_valuations(conn, [dinner], "ada", NOON)
    assert values(books, 1) == {gift_id(1): whole[gift_id(1)] - Money(100, GBP)}


def test_gifts_from_nobody_known_are_not_one_donors(books: Books) -> None:
    """Two buckets of coins are not added up."""
    enter(books, 1, Means.CASH, TODAY, name="")
    enter(books, 2, Means.CASH, TODAY, name="")
    with booking(books.engine) as conn:
        gifts = gifts_by_id(conn, [gift_id(1), gift_id(2)]).gifts
    assert [each.donor_id for each in gifts] == [gift_id(1), gift_id(2)]


def test_a_gift_belongs_to_the_unit_that_received_it(books: Books) -> None:
    """Also with its parent's part in it. A gift to two sections is the organisation's."""
    receive(books, 1, 60_000, shares=[(UNIT, 50_000), (1, 10_000)])
    receive(books, 2, 60_000, shares=[(UNIT, 30_000), (2, 30_000)])
    receive(books, 3, 60_000, shares=[(2, 60_000)])
    with booking(books.engine) as conn:
        gifts = gifts_by_id(conn, [gift_id(n) for n in (1, 2, 3)], {str(UNIT)}).gifts
    assert [each.section for each in gifts] == [str(UNIT), "", ""]


def test_merged_donors_are_one(books: Books) -> None:
    """As long as the merge holds; with all of both."""
    for n in (1, 2, 3):
        receive(books, n, 30_000)
    donors = [books.gift(n).donor_id or "" for n in (1, 2, 3)]
    with booking(books.engine) as conn:
        merge = merge_donors(conn, donors[0], donors[1], "asha@example.org", NOON)
        members = family_members(donor_families(conn), [donors[0]])
        assert members == sorted(donors[:2])
        assert len(gifts_of_donors(conn, members, YEAR).gifts) == 2
        undo_merge(conn, merge.id, "asha@example.org", NOON)
        assert family_members(donor_families(conn), [donors[0]]) == [donors[0]]


def test_reports_read_what_is_large_and_what_was_checked(books: Books) -> None:
    """Of a million small gifts none."""
    receive(books, 1, 60_000)
    receive(books, 2, 30_000)
    receive(books, 3, 30_000)
    with booking(books.engine) as conn:
        [small] = gifts_by_id(conn, [gift_id(3)]).gifts
        clock = CheckClock(small.received_on, 30)
        open_checks(conn, [DueCheck(small, CheckReason.LINKED_TOTAL, pounds("600"), clock)], TODAY)
        assert [each.gift_id for each in gifts_above(conn, Money(50_000, GBP), YEAR).gifts] == [gift_id(1), gift_id(3)]
        assert gifts_above(conn, Money(50_000, GBP), TODAY + timedelta(days=1)).gifts == ()
        made_of, unvalued = report_books(conn, "The Movement", {}, TODAY)
    assert (len(made_of.gifts), list(made_of.checks), unvalued) == (2, [gift_id(3)], ())
