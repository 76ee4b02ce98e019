"""A campaign is its own gifts and its groups', each counted once: a law, under gifts, refunds, disputes and moves.

Beside the database stands a model that adds up whole gifts and never looks at an entry.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from campaigns.campaign import Campaign, Progress
from campaigns.match import Match, MatchPot
from campaigns.match_store import add_payment, add_pot, matches_of, withdraw_payment
from campaigns.store import add_campaign, campaigns, progress_of
from database.transactions import booking
from ledger.accounts import Account
from ledger.entry import Entry
from ledger.kinds import EntryKind
from ledger.money import GBP, Money
from ledger.store import open_accounts, post, raised
from payments.books.decide.entries import PaidBy, gift_entries, withdrawal_entries
from payments.gifts import store as gift_store
from payments.gifts.gift import DonorDetails, Gift, Share, pledge
from payments.gifts.receiving import Received
from payments.reading.happenings import DisputeFundsMoved, RefundAgreed, RefundFailed
from proof.audit import audit_all
from tests.examples import examples
from tests.payments.organisation_books import NOON

PARENT, GROUPS, OTHER = 1, (2, 3), 4
FAMILY, PARENTS = (PARENT, *GROUPS), dict.fromkeys(GROUPS, PARENT)
FIRST, LAST = date(2026, 11, 5), date(2026, 11, 10)


@dataclass(frozen=True)
class Given:
    """A gift as the model knows it: where it was given or moved to, and how many pence of it are gone."""

    gift: Gift
    payment: str
    campaign: int
    day: date
    gone: int = 0
    moved: bool = False
    pays: bool = False

    @property
    def left(self) -> int:
        """Pence that are left of it."""
        return self.gift.amount.minor - self.gone


class Play:
    """Gifts, refunds, disputes and moves, in the books and in the model."""

    def __init__(self, conn: Connection, pot: MatchPot) -> None:
        self.conn, self.pot, self.gifts, self._made = conn, pot, list[Given](), 0

    def give(self, campaign: int, pence: int, percent: int, day: date) -> None:
        """A gift by the rule of that moment: 0 is none."""
        parent = PARENTS.get(campaign)
        by_rule = (Share(0, campaign, 100 - percent), Share(1, PARENT, percent))
        shares = by_rule if parent and percent else (Share(0, campaign, 1),)
        gift = pledge(Money(pence, GBP), shares, DonorDetails("Jo", "jo@example.org"), _at(day))
        gift_store.add_gift(self.conn, gift)
        payment = self._next("pi")
        received = Received(gift, gift.amount, _at(day), day, "card", payment, f"ch_{payment}", "evt_1")
        post(self.conn, gift_entries(received, PARENTS), NOON)
        self.gifts.append(Given(gift, payment, campaign, day))

    def refund(self, which: int, per_cent: int, fails: bool, day: date) -> None:
        """Some of what is left goes back, and comes again if the refund fails."""
        at, gone = self._at_stake(which)
        agreed = RefundAgreed(self._next("re"), "", Money(gone * per_cent // 100, GBP), _at(day))
        if agreed.amount:
            self._take(at, agreed, 0 if fails else agreed.amount.minor)
            if fails:
                self._take(at, RefundFailed(agreed.refund, "", agreed.amount, _at(day)), 0)

    def dispute(self, which: int, won: bool, day: date) -> None:
        """All that is left is taken, and given back if it is won."""
        at, gone = self._at_stake(which)
        if gone:
            dispute = self._next("du")
            self._take(
                at, DisputeFundsMoved(f"{dispute}-1", dispute, "", Money(-gone, GBP), _at(day)), 0 if won else gone
            )
            if won:
                self._take(at, DisputeFundsMoved(f"{dispute}-2", dispute, "", Money(gone, GBP), _at(day)), 0)

    def move(self, which: int, to: int) -> None:
        """A treasurer moves a whole gift to another campaign: its entry is reversed, and booked there."""
        at, left = self._at_stake(which)
        if left and left == self.gifts[at].gift.amount.minor and len(self.gifts[at].gift.allocations) == 1:
            moved = self.gifts[at]
            new = Entry(
                self._next("moved:gift"), EntryKind.GIFT, Account.CLEARING, Account.GIFTS, moved.gift.amount,
                "moved", _at(moved.day), moved.day, "act_1", to, moved.gift.id,
            )  # fmt: skip
            old = replace(
                new, key=self._next("moved:gift"), debit=Account.GIFTS, credit=Account.CLEARING,
                campaign=moved.campaign, reverses=EntryKind.GIFT.key(f"ch_{moved.payment}", 0),
            )  # fmt: skip
            post(self.conn, [old, new], NOON)
            self.gifts[at] = replace(moved, campaign=to, moved=True)

    def pay(self, which: int) -> None:
        """The giver of the pot paid with this gift, which is one to the campaign or its groups."""
        at = which % len(self.gifts) if self.gifts else None
        if at is not None and self.gifts[at].campaign in FAMILY and not self.gifts[at].moved:
            add_payment(self.conn, self.pot, self.gifts[at].gift.id, NOON)
            self.gifts[at] = replace(self.gifts[at], pays=True)

    def _at_stake(self, which: int) -> tuple[int, int]:
        """A gift that was never moved, and what is left of it."""
        if not self.gifts:
            return 0, 0
        at = which % len(self.gifts)
        return at, 0 if self.gifts[at].moved else self.gifts[at].left

    def _take(self, at: int, fact: RefundAgreed | RefundFailed | DisputeFundsMoved, gone: int) -> None:
        paid = PaidBy(self.gifts[at].gift, self.gifts[at].gift.amount)
        post(self.conn, withdrawal_entries(fact, paid, UTC, "evt_2"), NOON)
        self.gifts[at] = replace(self.gifts[at], gone=self.gifts[at].gone + gone)

    def _next(self, name: str) -> str:
        self._made += 1
        return f"{name}_{self._made}"


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


DAYS = st.integers(0, 14).map(lambda days: date(2026, 11, 1) + timedelta(days=days))
WHICH, ANY_CAMPAIGN = st.integers(0, 20), st.sampled_from([*FAMILY, OTHER])
ACTIONS: dict[str, tuple[st.SearchStrategy[object], ...]] = {
    "give": (ANY_CAMPAIGN, st.integers(200, 100_000), st.sampled_from([0, 1, 20, 50, 99]), DAYS),
    "refund": (WHICH, st.integers(1, 100), st.booleans(), DAYS),
    "dispute": (WHICH, st.booleans(), DAYS),
    "move": (WHICH, ANY_CAMPAIGN),
    "pay": (WHICH,),
}
PLAYS = st.lists(
    st.one_of(*(st.tuples(st.just(name), *values) for name, values in ACTIONS.items())), min_size=1, max_size=14
)
POTS = st.builds(
    lambda pounds, matched, of, counts: MatchPot(
        "pot", PARENT, "A friend", Money(pounds * 100, GBP), FIRST, LAST, NOON, matched, of, counts
    ),
    st.integers(1, 2000),
    st.integers(1, 3),
    st.integers(1, 3),
    st.booleans(),
)


Begin = Callable[[MatchPot], AbstractContextManager[Play]]


class _Undo(Exception):
    """Ends a play without keeping it."""


@pytest.fixture
def plays(engine: Engine) -> Begin:
    """Begins a play in a campaign with two groups, beside another campaign; nothing of it is kept."""
    with booking(engine) as conn:
        open_accounts(conn)
        for slug, parent in (("ask", None), ("leeds", PARENT), ("york", PARENT), ("van", None)):
            add_campaign(conn, Campaign(0, slug, slug, "", GBP, parent_id=parent))

    @contextmanager
    def play(pot: MatchPot) -> Iterator[Play]:
        with suppress(_Undo), booking(engine) as conn:
            add_pot(conn, pot)
            yield Play(conn, pot)
            raise _Undo

    return play


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pot=POTS, steps=PLAYS)
def test_a_campaign_is_its_own_gifts_and_its_groups_each_once(
    plays: Begin, pot: MatchPot, steps: list[tuple[Any, ...]]
) -> None:
    """Amount and count; and a match pot is used as the formula says, and never above its sum."""
    with plays(pot) as play:
        for name, *values in steps:
            getattr(play, name)(*values)
        progress = {campaign.id: so_far for campaign, so_far in progress_of(play.conn, campaigns(play.conn), NOON)}
        family = [gift for gift in play.gifts if gift.campaign in FAMILY]

        parent, own = progress[PARENT], raised(play.conn, PARENT, GBP)
        assert parent.raised == sum((progress[group].raised for group in GROUPS), start=own.amount)
        assert parent.gifts == own.gifts + sum(progress[group].gifts for group in GROUPS)
        assert parent.raised.minor == sum(gift.left for gift in family)
        assert [progress[number].gifts for number in (PARENT, *GROUPS, OTHER)] == [
            len(family), *(sum(gift.campaign == number for gift in play.gifts) for number in (*GROUPS, OTHER))
        ]  # fmt: skip
        assert_matched(pot, family, parent)
        [finding] = [finding for finding in audit_all(play.conn) if finding.name == "groups"]
        assert not finding.has_failed, finding


LATER = LAST + timedelta(days=1), LAST + timedelta(days=4)
NOTES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1), st.booleans()), max_size=10)


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pot=POTS, pence=st.lists(st.integers(200, 100_000), min_size=4, max_size=4), notes=NOTES)
def test_in_whatever_order_payments_are_noted_no_pot_matches_one(
    plays: Begin, pot: MatchPot, pence: list[int], notes: list[tuple[int, int, bool]]
) -> None:
    """Two pots, two gifts on the days of each; notes are made and taken back. Without notes all is as it was."""
    pots = pot, replace(pot, id="later", first_day=LATER[0], last_day=LATER[1])
    with plays(pot) as play:
        add_pot(play.conn, pots[1])
        for n, amount in enumerate(pence):
            play.give(GROUPS[n % 2], amount, 20, pots[n // 2].first_day)
        noted, before = dict[int, int](), stands(play.conn)
        for gift, to, is_made in notes:
            change, is_new = (add_payment, gift not in noted) if is_made else (withdraw_payment, noted.get(gift) == to)
            assert change(play.conn, pots[to], play.gifts[gift].gift.id, NOON) == is_new
            if is_new:
                noted = noted | {gift: to} if is_made else {n: by for n, by in noted.items() if n != gift}

        for at, (match, each) in enumerate(zip(stands(play.conn), pots, strict=True)):
            others = sum(pence[n] for n in (2 * at, 2 * at + 1) if n not in noted)
            assert match.used.minor == min(each.amount.minor, others * each.matched_parts // each.given_parts)
            assert match.paid.minor == sum(pence[n] for n, by in noted.items() if by == at)
        for gift, by in noted.items():
            assert withdraw_payment(play.conn, pots[by], play.gifts[gift].gift.id, NOON)
        assert stands(play.conn) == before


def stands(conn: Connection) -> tuple[Match, ...]:
    """How the pots of the campaign stand."""
    return matches_of(conn, {PARENT: FAMILY})[PARENT]


def assert_matched(pot: MatchPot, family: list[Given], parent: Progress) -> None:
    """What others gave on the pot's days and is left, by its ratio, up to its sum; what was paid is pledged no more."""
    [match] = parent.matches
    given_then = sum(gift.left for gift in family if FIRST <= gift.day <= LAST and not gift.pays)
    paid = sum(gift.left for gift in family if gift.pays)

    assert match.used.minor == min(pot.amount.minor, given_then * pot.matched_parts // pot.given_parts)
    assert match.left + match.used == pot.amount
    assert parent.matched.minor == max(0, match.used.minor - paid)
    assert parent.reached == parent.raised + (parent.matched if pot.counts else Money(0, GBP))
