"""The kept totals of some days: whole months by the month, and the days around them, never a day twice."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from ledger.money import GBP, Money
from ledger.periods import month_after
from ledger.span_parts import SpanParts, span_parts
from ledger.store import post
from ledger.tables import total
from ledger.total_views import kept_totals
from tests.ledger.samples import NOON, entry

JANUARY, DAY = date(2026, 1, 1), timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "parts"),
    [
        (None, None, SpanParts((None, None), ())),
        (date(2026, 2, 1), None, SpanParts((date(2026, 2, 1), None), ())),
        (date(2026, 2, 1), date(2026, 2, 28), SpanParts((date(2026, 2, 1), date(2026, 3, 1)), ())),
        (date(2026, 2, 2), date(2026, 2, 27), SpanParts(None, ((date(2026, 2, 2), date(2026, 2, 27)),))),
        (date(2026, 2, 28), date(2026, 3, 1), SpanParts(None, ((date(2026, 2, 28), date(2026, 3, 1)),))),
        (None, date(2025, 12, 31), SpanParts((None, JANUARY), ())),
        (None, date(2026, 1, 1), SpanParts((None, JANUARY), ((JANUARY, JANUARY),))),
        (date(2026, 3, 2), date(2026, 3, 1), SpanParts(None, ())),
    ],
)
def test_parts(first: date | None, last: date | None, parts: SpanParts) -> None:
    """Days are taken apart as few months and days as there can be."""
    assert span_parts(first, last) == parts


@given(st.integers(0, 150), st.integers(0, 150))
@settings(max_examples=300)
def test_every_day_once(begin: int, length: int) -> None:
    """The parts hold each day of the span once, and no other."""
    first, last = JANUARY + begin * DAY, JANUARY + (begin + length) * DAY
    parts = span_parts(first, last)
    spans = list(parts.days)
    if parts.whole is not None:
        begins, ends = parts.whole
        assert begins is not None
        assert ends is not None
        assert month_after(begins - DAY) == begins.replace(day=1) == begins
        assert begins < ends == ends.replace(day=1)
        spans.append((begins, ends - DAY))
    days = [start + n * DAY for start, end in spans for n in range((end - start).days + 1)]
    assert sorted(days) == [first + n * DAY for n in range(length + 1)]


@pytest.mark.parametrize("last", [date(2026, 1, 31), date(2026, 4, 15), None])
@pytest.mark.parametrize("first", [None, JANUARY, date(2026, 1, 9), date(2026, 2, 28)])
def test_sums_are_those_of_the_days(conn: Connection, first: date | None, last: date | None) -> None:
    """However a span is taken apart, its sums are those of its days."""
    days = [JANUARY + n * 9 * DAY for n in range(16)]
    gifts = [entry(f"gift:ch_{n}:0", amount=Money(100 + n, GBP), book_date=day) for n, day in enumerate(days)]
    post(conn, gifts, NOON)

    kept = kept_totals(first, last).c
    shown = conn.execute(sa.select(sa.func.sum(kept.credit_minor), sa.func.sum(kept.credits))).one()
    within = total.c.book_date.between(first or date(2000, 1, 1), last or date(2999, 1, 1))
    plain = sa.select(sa.func.sum(total.c.credit_minor), sa.func.sum(total.c.credits)).where(within)

    assert tuple(shown) == tuple(conn.execute(plain).one())
