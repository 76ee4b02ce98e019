"""Entries for tests, and the books worked out by hand (well, by Python) to compare with."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger import store
from ledger.accounts import RAISED, Account
from ledger.entry import Entry
from ledger.kinds import ALLOWED, EntryKind
from ledger.money import EUR, GBP, JPY, Currency, Money

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = date(2026, 11, 21)

# Every kind with every pair of accounts that it may book.
BOOKINGS = [(kind, debit, credit) for kind, pairs in ALLOWED.items() for debit, credit in sorted(pairs)]
IN_CLEARING = [booking for booking in BOOKINGS if Account.CLEARING in booking[1:]]

Sums = dict[tuple[str, str, int, date], tuple[int, int, int, int]]


def entry(key: str, **changes: Any) -> Entry:
    """An entry about a gift of £25, unless said otherwise."""
    usual: dict[str, Any] = {
        "kind": EntryKind.GIFT, "debit": Account.CLEARING, "credit": Account.GIFTS, "amount": Money(2500, GBP),
        "subject": "pi_1", "occurred_at": NOON, "book_date": TODAY, "cause": "evt_1", "campaign": 1,
    }  # fmt: skip
    return Entry(key, **(usual | changes))


@st.composite
def random_entries(draw: st.DrawFn) -> list[Entry]:
    """Entries that are sound by themselves and make no sense together, with few campaigns, days and subjects."""
    movements = st.tuples(
        st.integers(1, 10**9) | st.integers(1, 3),
        st.sampled_from([GBP, EUR, JPY]),
        st.integers(0, 3),
        st.integers(1, 28),
        st.sampled_from(["pi_1", "pi_2", "re_1"]),
    )
    # Two thirds of them touch clearing, so that subjects do come to zero.
    bookings = st.sampled_from(BOOKINGS) | st.sampled_from(IN_CLEARING) | st.sampled_from(IN_CLEARING)
    return [_random(n, *drawn) for n, drawn in enumerate(draw(st.lists(st.tuples(bookings, movements), max_size=24)))]


def _random(n: int, booking: tuple[EntryKind, Account, Account], movement: tuple[Any, ...]) -> Entry:
    (kind, debit, credit), (minor, of, campaign, day, subject) = booking, movement
    return entry(
        f"any:{n}", kind=kind, debit=debit, credit=credit, amount=Money(minor, of), campaign=campaign,
        book_date=date(2026, 2, day), subject=subject, occurred_at=NOON.replace(month=2, day=day),
    )  # fmt: skip


def folded(entries: Iterable[Entry]) -> Sums:
    """Totals as the entries make them: debit, credit and how many of each, by account, currency, campaign, day."""
    sums: defaultdict[tuple[str, str, int, date], Counter[str]] = defaultdict(Counter)
    for posted in entries:
        rest = (posted.amount.currency.code, posted.campaign, posted.book_date)
        sums[posted.debit.value, *rest].update(debit=posted.amount.minor, debits=1)
        sums[posted.credit.value, *rest].update(credit=posted.amount.minor, credits=1)
    return {key: (row["debit"], row["credit"], row["debits"], row["credits"]) for key, row in sums.items()}


def kept(conn: Connection) -> Sums:
    """Totals as the database keeps them."""
    return {
        (total.account.value, total.debit.currency.code, total.campaign, total.book_date): (
            total.debit.minor, total.credit.minor, total.debits, total.credits,
        )
        for total in store.totals(conn)
    }  # fmt: skip


def folded_clearing(entries: Iterable[Entry]) -> dict[tuple[str, str], int]:
    """What does not cancel out in clearing, by subject and currency."""
    sums: Counter[tuple[str, str]] = Counter()
    for posted in entries:
        for account, sign in ((posted.debit, 1), (posted.credit, -1)):
            if account is Account.CLEARING:
                sums[posted.subject, posted.amount.currency.code] += sign * posted.amount.minor
    return {key: minor for key, minor in sums.items() if minor}


def kept_clearing(conn: Connection) -> dict[tuple[str, str], int]:
    """What the database lists as uncleared."""
    return {
        (waiting.subject, waiting.balance.currency.code): waiting.balance.minor for waiting in store.uncleared(conn)
    }


def folded_raised(entries: Iterable[Entry], campaign: int, of: Currency) -> store.Raised:
    """Gifts less refunds and dispute losses."""
    minor = gifts = 0
    for posted in entries:
        if (posted.campaign, posted.amount.currency) == (campaign, of):
            minor += ((posted.credit in RAISED) - (posted.debit in RAISED)) * posted.amount.minor
            gifts += (posted.credit is Account.GIFTS) - (posted.debit is Account.GIFTS)
    return store.Raised(Money(minor, of), gifts)
