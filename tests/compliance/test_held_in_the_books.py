"""No path by which a flagged gift counts as to be spent without a named person's act, in a real database.

Random sequences of whatever happens to gifts: payments, refunds that succeed or fail, disputes, merges, links, moves,
erasures, and steps of checks in any order. A plain account of what is left of each gift stands beside it: what the
product holds must be exactly what is left of the gifts that are large, or have a check, and that nobody has accepted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from compliance.check_steps import Acceptance, CheckRefusal, CheckStep, ReturnProof
from compliance.donor_links import DonorLink
from compliance.gate import CheckGate
from compliance.held_views import held_by_campaign
from compliance.store import take_check_step
from compliance.tables import donor_check
from database.transactions import booking
from donors.merge_store import CannotMerge, merges_of_person, undo_merge
from donors.store import donor_by_id
from ledger.money import GBP, Money
from organisation.store import add_version
from payments.books.bookkeeper import Bookkeeper, watch_nothing
from payments.books.decide.notice import Notice
from payments.erasing.jobs import erase_person
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.gifts.moving import CannotMove, GiftMove
from payments.gifts.moving_store import move_gift
from payments.gifts.store import add_gift
from payments.gifts.store import gift as gift_by_id
from payments.reading.happenings import Happening
from staff.tables import staff_member
from tests.compliance.gifts import ASHA, decision, lookup, record
from tests.compliance.test_gate import PARTY
from tests.compliance.test_store import ASHAS_ROW
from tests.database.made_rows import row
from tests.examples import examples
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import charged, dispute_moved, refund_failed, refunded

GATE = CheckGate(ZoneInfo("Europe/London"))
TODAY = date(2026, 11, 21)
PENCE = (20_000, 30_000, 50_000, 50_001, 1_200_000)
LARGE = 50_000
DONORS = ("ada", "ben", "cleo")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What guards a check's end is proved on both engines elsewhere (tests/database)."""
    return sqlite_url


@pytest.fixture
def books(books: Books) -> Books:
    """The books of a party."""
    with booking(books.engine) as conn:
        conn.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        add_version(conn, PARTY, "settings", NOON)
    return books


@dataclass
class Story:
    """What has happened in one transaction, which is rolled back at its end; and the plain account of it."""

    conn: Connection
    bookkeeper: Bookkeeper
    left: dict[int, int] = field(default_factory=dict)
    size: dict[int, int] = field(default_factory=dict)
    donors: dict[int, str] = field(default_factory=dict)
    refunded: dict[int, int] = field(default_factory=dict)
    disputed: dict[int, int] = field(default_factory=dict)
    accepted: set[int] = field(default_factory=set)
    used: int = 0

    def happens(self, *happenings: Happening) -> None:
        """Book these."""
        self.bookkeeper.apply(self.conn, [Notice(each, "evt") for each in happenings], NOON)

    def receive(self, a: int, b: int) -> None:
        """A gift by card."""
        n, pence = len(self.size) + 1, PENCE[b % len(PENCE)]
        amount = Money(pence, GBP)
        details = DonorDetails("Donor", f"{DONORS[a % len(DONORS)]}@example.org")
        new = add_gift(
            self.conn, Gift(gift_id(n), GiftState.PENDING, amount, (Allocation(0, 1, amount),), details, NOON)
        )
        assert new is not None
        self.happens(charged(str(n), pence, gift=gift_id(n), at=n))
        self.size[n] = self.left[n] = pence
        self.donors[n] = new.donor_id or ""

    def refund(self, n: int, b: int) -> None:
        """Part of it, or all, goes back."""
        if n not in self.left or n in self.refunded or self.left[n] <= 0:
            return
        self.refunded[n] = self.left[n] if b % 2 else min(self.left[n], 10_000)
        self.left[n] -= self.refunded[n]
        self.happens(refunded(f"r{n}", str(n), self.refunded[n]))

    def fail_refund(self, n: int, _: int) -> None:
        """The refund comes back."""
        if self.refunded.get(n):
            self.happens(refund_failed(f"r{n}", str(n), self.refunded[n]))
            self.left[n] += self.refunded[n]
            self.refunded[n] = 0

    def dispute(self, n: int, _: int) -> None:
        """The bank takes what is left."""
        if self.left.get(n, 0) > 0 and n not in self.disputed:
            self.disputed[n] = self.left[n]
            self.left[n] = 0
            self.happens(dispute_moved(f"lost{n}", str(n), -self.disputed[n]))

    def win(self, n: int, _: int) -> None:
        """The bank gives it back."""
        if self.disputed.get(n):
            self.happens(dispute_moved(f"won{n}", str(n), self.disputed[n], at=60))
            self.left[n] += self.disputed[n]
            self.disputed[n] = 0

    def merge(self, n: int, b: int) -> None:
        """Two donors are one person; or two again."""
        if n in self.donors and b in self.donors:
            with suppress(CannotMerge):
                GATE.merge_donors(self.conn, (self.donors[n], self.donors[b]), "asha", NOON)
        elif n in self.donors:
            for merge in merges_of_person(self.conn, [self.donors[n]]):
                undo_merge(self.conn, merge.id, "asha", NOON)

    def link(self, n: int, b: int) -> None:
        """Staff join two donors, or part them."""
        first, second = self.donors.get(n), self.donors.get(b)
        if first and second and first != second:
            self.used += 1
            GATE.join_donors(self.conn, DonorLink(first, second, self.used % 3 > 0, ASHA, NOON, "look alike"), NOON)

    def move(self, n: int, b: int) -> None:
        """The share counts for another campaign."""
        kept = gift_by_id(self.conn, gift_id(n))
        if kept is not None:
            there = b % 3 + 1
            with suppress(CannotMove):
                move = GiftMove(str(uuid4()), kept.id, 0, kept.allocations[0].campaign, there, "why", "asha", NOON)
                if move.from_campaign != there:
                    move_gift(self.conn, move, TODAY)

    def erase(self, n: int, _: int) -> None:
        """The donor asked to be erased."""
        if n in self.donors and (donor := donor_by_id(self.conn, self.donors[n])):
            erase_person(self.conn, [donor.id], [donor.email], lambda: NOON)

    def step(self, n: int, b: int) -> None:
        """Somebody tries a step of a check, in whatever order."""
        steps: tuple[CheckStep, ...] = (
            record(), lookup(TODAY), Acceptance(ASHA, TODAY), decision(TODAY), ReturnProof(ASHA, TODAY, "re_1"),
        )  # fmt: skip
        chosen = steps[:3] if b == 0 else steps[3:] if b == 1 else (steps[b % len(steps)],)
        with suppress(CheckRefusal):
            for each in chosen:
                take_check_step(self.conn, gift_id(n), each, NOON, today=TODAY)
                if isinstance(each, Acceptance):
                    self.accepted.add(n)

    def held(self) -> int:
        """Pence that the product says are not to be spent."""
        return sum(amount.minor for amount in held_by_campaign(self.conn).values())

    def to_hold(self) -> int:
        """Pence that nobody may spend: what is left of flagged gifts that no person has accepted."""
        checked = set(self.conn.scalars(sa.select(donor_check.c.gift_id)))
        flagged = [n for n, size in self.size.items() if size > LARGE or gift_id(n) in checked]
        return sum(self.left[n] for n in flagged if n not in self.accepted)


@contextmanager
def rolled_back(books: Books, bookkeeper: Bookkeeper) -> Iterator[Story]:
    """A story that leaves nothing behind."""
    with booking(books.engine) as conn:
        yield Story(conn, bookkeeper)
        conn.rollback()


ACTS: tuple[Callable[[Story, int, int], None], ...] = (
    Story.receive, Story.receive, Story.receive, Story.refund, Story.fail_refund, Story.dispute, Story.win,
    Story.merge, Story.link, Story.move, Story.erase, Story.step, Story.step, Story.step,
)  # fmt: skip
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=24)


@settings(
    max_examples=examples(25),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts)
def test_no_path_spends_a_flagged_gift_that_no_person_accepted(
    books: Books, happened: list[tuple[Callable[[Story, int, int], None], int, int]]
) -> None:
    """After every act what is held is exactly what must be."""
    with rolled_back(books, Bookkeeper(books.bookkeeper.rules, GATE.look_after_booking)) as story:
        for act, a, b in happened:
            act(story, a, b)
            assert story.held() == story.to_hold(), act.__name__


def test_without_the_gate_it_would_be_spent(books: Books) -> None:
    """The test above can fail: a bookkeeper who looks at nothing lets a large gift through."""
    with rolled_back(books, Bookkeeper(books.bookkeeper.rules, watch_nothing)) as story:
        story.receive(0, 3)
        assert (story.held(), story.to_hold()) == (0, 50_001)


def test_what_comes_back_after_its_return_was_proved_is_held_again(books: Books) -> None:
    """The refund failed after somebody had recorded that it went: it was never accepted."""
    with rolled_back(books, Bookkeeper(books.bookkeeper.rules, GATE.look_after_booking)) as story:
        story.receive(0, 3)
        story.step(1, 1)
        story.refund(1, 1)
        assert story.held() == 0
        story.fail_refund(1, 0)
        assert story.held() == 50_001
