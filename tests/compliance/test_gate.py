"""Whatever way a gift comes, its check opens in the transaction that receives it."""

import ast
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from campaigns.demo import DEMO_ORGANISATION
from compliance.check import CheckReason
from compliance.check_steps import Acceptance
from compliance.check_wait import CheckWaitReason
from compliance.donor_links import DonorLink
from compliance.gate import CheckGate
from compliance.held_money import HeldMoney
from compliance.held_views import held_by_campaign, held_in_all, held_on
from compliance.jobs import GiftsStillWait, compliance_jobs
from compliance.offline_receiving import receive_offline_gift
from compliance.pending_views import is_being_checked
from compliance.store import checks_of, take_check_step
from compliance.tables import donor_check
from compliance.wait_store import LOOK_AGAIN, add_pound_value
from compliance.wait_views import waiting_gifts
from database.transactions import booking, reading
from donors.erasure_store import ERASE_DONOR
from ledger.money import EUR, Money
from organisation.organisation import OrganisationProfile
from organisation.store import add_version
from outbox.tables import job
from payments.books.bookkeeper import Bookkeeper
from payments.erasing.jobs import NotYet, erasing_jobs
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.gifts.offline import Means, OfflineGift
from payments.gifts.offline_store import giver
from payments.gifts.store import add_gifts
from payments.gifts.tables import gift as gift_table
from staff.tables import staff_member
from tests.compliance.gifts import ASHA, lookup, pounds, record
from tests.compliance.test_store import ASHAS_ROW
from tests.database.made_rows import row
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import apply_happenings, charged, refund_failed, refunded

ROOT = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
GATE = CheckGate(LONDON)
TODAY = date(2026, 11, 21)
PARTY = OrganisationProfile(DEMO_ORGANISATION, "en_GB", regime="gb_party")


@pytest.fixture
def books(books: Books) -> Books:
    """The books of a party, whose bookkeeper looks at gifts."""
    with booking(books.engine) as conn:
        conn.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        add_version(conn, PARTY, "settings", NOON - timedelta(days=300))
    return watched(books)


def watched(books: Books) -> Books:
    """The same books, with a bookkeeper who looks at gifts."""
    return Books(books.engine, Bookkeeper(books.bookkeeper.rules, GATE.look_after_booking))


def receive(books: Books, n: int, minor: int, email: str = "ada@example.org") -> None:
    """A gift by card."""
    books.pledge(n, amount=minor, email=email)
    apply_happenings(books, charged(str(n), minor, gift=gift_id(n)))


def opened(books: Books) -> dict[str, CheckReason]:
    """Why each gift is checked."""
    with reading(books.engine) as conn:
        rows = conn.execute(sa.select(donor_check.c.gift_id, donor_check.c.reason).order_by(donor_check.c.gift_id))
        return {gift: CheckReason(reason) for gift, reason in rows}


def waiting(books: Books) -> dict[str, CheckWaitReason]:
    """Why each gift waits."""
    with reading(books.engine) as conn:
        return {each.gift_id: each.why for each in waiting_gifts(conn)}


def test_a_gift_above_the_threshold_is_checked_and_one_at_it_is_not(books: Books) -> None:
    """With the clock of the day of its receipt."""
    receive(books, 1, 50_001)
    receive(books, 2, 50_000, "ben@example.org")
    assert opened(books) == {gift_id(1): CheckReason.ABOVE_THRESHOLD}
    with reading(books.engine) as conn:
        [check] = checks_of(conn, [gift_id(1)])
    assert (check.clock.received_on, check.clock.last_day, check.opened_on) == (TODAY, date(2026, 12, 20), TODAY)


def test_small_gifts_of_one_donor_are_added_up(books: Books) -> None:
    """In one batch and over several."""
    for n in (1, 2):
        books.pledge(n, amount=20_000, email="ada@example.org")
    apply_happenings(books, *(charged(str(n), 20_000, gift=gift_id(n), at=n) for n in (1, 2)))
    receive(books, 3, 20_000)
    assert opened(books) == {gift_id(3): CheckReason.LINKED_TOTAL}
    with reading(books.engine) as conn:
        assert held_by_campaign(conn) == {(1, "GBP"): pounds("200")}
        assert held_on(conn, TODAY - timedelta(days=1)) == {}
        assert held_in_all(conn) == [HeldMoney(pounds("600"), pounds("200"), pounds("0"))]


def test_an_organisation_under_no_rules_checks_nothing(books: Books) -> None:
    """Nor does one that is under none any more, of gifts that come later; of earlier ones it does."""
    with booking(books.engine) as conn:
        add_version(conn, replace(PARTY, regime="none"), "settings", NOON - timedelta(days=2))
    receive(books, 1, 60_000)
    assert opened(books) == {}
    enter(books, 2, TODAY - timedelta(days=9))
    assert list(opened(books)) == [gift_id(2)]


def enter(books: Books, n: int, day: date, means: Means = Means.CHEQUE, name: str = "Ada") -> None:
    """An offline gift of £600."""
    with booking(books.engine) as conn:
        details = DonorDetails(name, f"{name.lower()}@example.org")
        donor, value = giver(conn, details, None, NOON), pounds("600")
        shares = (Allocation(0, 1, value),)
        gift = Gift(gift_id(n), GiftState.PENDING, value, shares, details, NOON, donor_id=donor.id)
        offline = OfflineGift(gift, means, day, "a van", counts=True, who="asha")
        receive_offline_gift(conn, offline, None, (NOON, LONDON))


def test_money_that_came_offline_passes_the_same_gate(books: Books) -> None:
    """Its clock began on the day on which it came; what is given in kind is worth what it is worth."""
    enter(books, 1, TODAY - timedelta(days=40))
    enter(books, 2, TODAY, Means.IN_KIND, "Ben")
    with reading(books.engine) as conn:
        checks = checks_of(conn, [gift_id(1), gift_id(2)])
    assert [(check.gift.received_on, check.clock.is_over(TODAY)) for check in checks] == [
        (TODAY - timedelta(days=40), True),
        (TODAY, False),
    ]


def test_a_donor_is_known_until_their_check_has_ended(books: Books) -> None:
    """Erasure waits, and is done once somebody has decided."""
    enter(books, 1, TODAY)
    erase = erasing_jobs(books.engine, lambda: NOON, lambda _donors, _now: None, is_being_checked)[ERASE_DONOR]
    with reading(books.engine) as conn:
        donors = {"donors": list(conn.scalars(sa.select(gift_table.c.donor_id)))}
    with pytest.raises(NotYet, match="checked"):
        erase(donors)
    for step in (record(), lookup(TODAY), Acceptance(ASHA, TODAY)):
        with booking(books.engine) as conn:
            take_check_step(conn, gift_id(1), step, NOON, today=TODAY)
    erase(donors)


def test_a_second_payment_and_a_refund_that_failed_are_looked_at(books: Books) -> None:
    """£300 paid twice is £600; £300 that went back and came again is a gift once more."""
    receive(books, 1, 30_000)
    apply_happenings(books, charged("9", 30_000, gift=gift_id(1), at=9))
    assert list(opened(books)) == [gift_id(1)]
    receive(books, 2, 30_000, "ben@example.org")
    apply_happenings(books, refunded("2", "2", 30_000))
    receive(books, 3, 30_000, "ben@example.org")
    assert list(opened(books)) == [gift_id(1)]
    apply_happenings(books, refund_failed("2", "2", 30_000))
    assert list(opened(books)) == [gift_id(1), gift_id(3)]


def test_joining_donors_opens_what_is_then_due(books: Books) -> None:
    """By a link, and by a merge; parting them closes nothing."""
    for n, name in enumerate(("ada", "ben", "cleo", "dan"), 1):
        receive(books, n, 30_000, f"{name}@example.org")
    donors = [books.gift(n).donor_id or "" for n in (1, 2, 3, 4)]
    with booking(books.engine) as conn:
        GATE.join_donors(conn, DonorLink(donors[0], donors[1], True, ASHA, NOON, "one household"), NOON)
        GATE.merge_donors(conn, (donors[2], donors[3]), "asha", NOON)
    assert opened(books) == dict.fromkeys((gift_id(2), gift_id(4)), CheckReason.LINKED_TOTAL)
    with booking(books.engine) as conn:
        GATE.join_donors(conn, DonorLink(donors[0], donors[1], False, ASHA, NOON, "two"), NOON)
    assert list(opened(books)) == [gift_id(2), gift_id(4)]


def test_another_currency_waits_for_its_value_and_is_then_checked(books: Books) -> None:
    """Its money is booked; the job that looks again was written with it, and says what is missing."""
    receive_euros(books)
    assert (opened(books), waiting(books)) == ({}, {gift_id(1): CheckWaitReason.VALUE})
    look = compliance_jobs(books.engine, GATE, lambda: NOON)[LOOK_AGAIN]
    with pytest.raises(GiftsStillWait):
        look({})
    assert queued(books, LOOK_AGAIN) == 1
    with booking(books.engine) as conn:
        add_pound_value(conn, gift_id(1), pounds("680"), "the Bank of England's rate of the day", ASHA.staff_id, NOON)
    look({})
    assert (list(opened(books)), waiting(books)) == ([gift_id(1)], {})


def receive_euros(books: Books) -> None:
    """A gift of €800 by card."""
    euros, details = Money(80_000, EUR), DonorDetails("Ada", "ada@example.org")
    with booking(books.engine) as conn:
        donor = giver(conn, details, None, NOON)
        new = Gift(gift_id(1), GiftState.PENDING, euros, (Allocation(0, 1, euros),), details, NOON, donor_id=donor.id)
        add_gifts(conn, [new])
    apply_happenings(books, charged("1", 80_000, gift=gift_id(1), of=EUR))


def queued(books: Books, kind: str) -> int:
    """How many jobs of a kind wait."""
    with reading(books.engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(job).where(job.c.kind == kind)) or 0


def test_every_way_into_the_books_passes_the_gate() -> None:
    """Nobody above the gate receives, joins or rules past it: only these modules call what lies behind it."""
    behind = {
        "enter_offline": {"compliance/offline_receiving.py"},
        "enter_offline_gifts": {"compliance/offline_receiving.py"},
        "merge_donors": {"compliance/gate.py"},
        "add_donor_link": {"compliance/gate.py"},
        "add_rule": {"compliance/gate.py"},
        "add_regime_period": {"compliance/gate.py"},
    }
    callers: dict[str, set[str]] = {name: set() for name in behind}
    for package in ("compliance", "treasury", "setup", "backup", "api"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                for alias in node.names if isinstance(node, ast.ImportFrom) else ():
                    if alias.name in callers:
                        callers[alias.name].add(path.relative_to(ROOT).as_posix())
    assert callers == behind
