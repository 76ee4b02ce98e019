"""What a rule, a regime or a version changes for gifts that are here already: a job looks at them in portions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from compliance.check_wait import CheckWaitReason
from compliance.jobs import compliance_jobs
from compliance.regime import Regime, RegimePeriod
from compliance.rule import PERMISSIBILITY
from compliance.rule_store import regime_periods
from compliance.thresholds import shipped_rules
from compliance.wait_store import LOOK_AGAIN, let_wait
from database.transactions import booking, reading
from organisation.store import REGIME_CHANGED, add_version
from outbox.jobs import Payload
from outbox.tables import job
from payments.gifts.gift import GiftState
from tests.compliance.gifts import ASHA
from tests.compliance.test_gate import GATE, PARTY, TODAY, books, enter, opened, queued, receive, waiting
from tests.payments.organisation_books import NOON, Books, gift_id

__all__ = ["books"]


def test_a_rule_that_is_missing_keeps_no_money_from_the_books(books: Books) -> None:
    """A party before there were rules of the kind: the gift is booked, waits, and is checked once the rule is there."""
    old = date(1999, 5, 1)
    with booking(books.engine) as conn:
        GATE.enter_regime(conn, RegimePeriod(Regime.PARTY, date(1998, 1, 1)), ASHA.staff_id, NOON)
    enter(books, 1, old)
    assert (opened(books), waiting(books)) == ({}, {gift_id(1): CheckWaitReason.FACTS})
    assert books.gift(1).state is GiftState.RECEIVED
    rules = shipped_rules()
    with booking(books.engine) as conn:
        for key in (PERMISSIBILITY, "check_or_return_days"):
            rule = replace(rules.rule(Regime.PARTY, key, TODAY), first=date(1998, 1, 1), last=None, source="invented")
            GATE.enter_rule(conn, rule, ASHA.staff_id, NOON)
    assert opened(books) == {}
    look_at_all(books)
    assert (list(opened(books)), waiting(books)) == ([gift_id(1)], {})


def test_a_rule_alone_changes_what_is_checked(books: Books) -> None:
    """An invented row, and no code: gifts that are here already, and gifts to come."""
    receive(books, 1, 30_000)
    assert opened(books) == {}
    rule = shipped_rules().rule(Regime.PARTY, PERMISSIBILITY, TODAY)
    with booking(books.engine) as conn:
        GATE.enter_rule(conn, replace(rule, value=rule.value / 2, first=TODAY, source="invented"), ASHA.staff_id, NOON)
    assert opened(books) == {}
    look_at_all(books)
    receive(books, 2, 25_100, "ben@example.org")
    assert list(opened(books)) == [gift_id(1), gift_id(2)]


def test_a_regime_that_is_entered_later_looks_at_what_is_here(books: Books) -> None:
    """At the desk for days that have passed; and the organisation's own version by a job."""
    with booking(books.engine) as conn:
        add_version(conn, replace(PARTY, regime="none"), "asha", NOON - timedelta(days=1))
    receive(books, 1, 60_000)
    receive(books, 2, 60_000, "ben@example.org")
    assert opened(books) == {}
    with booking(books.engine) as conn:
        GATE.enter_regime(conn, RegimePeriod(Regime.CAMPAIGNER, TODAY, TODAY), ASHA.staff_id, NOON)
        assert regime_periods(conn)[-1] == RegimePeriod(Regime.CAMPAIGNER, TODAY, TODAY)
    assert opened(books) == {}
    look_at_all(books)
    assert list(opened(books)) == [gift_id(1), gift_id(2)]


def test_a_version_with_a_regime_has_what_came_that_day_looked_at(books: Books) -> None:
    """By the job that was written with it."""
    with booking(books.engine) as conn:
        add_version(conn, replace(PARTY, regime="none"), "asha", NOON - timedelta(days=1))
    receive(books, 1, 60_000)
    with booking(books.engine) as conn:
        add_version(conn, PARTY, "asha", NOON)
    assert look_at_all(books)[-1] == {"since": TODAY.isoformat()}
    assert list(opened(books)) == [gift_id(1)]


def look_at_all(books: Books) -> Sequence[Payload]:
    """The worker's jobs that wait for it, and their payloads."""
    with reading(books.engine) as conn:
        payloads: Sequence[Payload] = conn.scalars(
            sa.select(job.c.payload).where(job.c.kind == REGIME_CHANGED).order_by(job.c.key)
        ).all()
    for payload in payloads:
        compliance_jobs(books.engine, GATE, lambda: NOON)[REGIME_CHANGED](payload)
    return payloads


def test_a_rule_that_decides_no_check_has_nothing_looked_at(books: Books) -> None:
    """Nor one of a regime that the organisation was never under, even with a value that is no amount."""
    receive(books, 1, 30_000)
    rule = shipped_rules().rule(Regime.PARTY, PERMISSIBILITY, TODAY)
    before = queued(books, REGIME_CHANGED)
    with booking(books.engine) as conn:
        for change in (
            replace(rule, key="report_central_first", regime="gb_party"),
            replace(rule, regime="npc_registered", unit="days"),
            replace(rule, regime="candidate"),
        ):
            GATE.enter_rule(conn, replace(change, first=TODAY, source="invented"), ASHA.staff_id, NOON)
        assert GATE.portions(conn, TODAY) == []
    assert queued(books, REGIME_CHANGED) == before
    receive(books, 2, 60_000, "ben@example.org")
    assert list(opened(books)) == [gift_id(2)]


def test_gifts_are_looked_at_in_portions(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each in a transaction of its own, so that whoever gives meanwhile waits for one portion."""
    with booking(books.engine) as conn:
        add_version(conn, replace(PARTY, regime="none"), "asha", NOON - timedelta(days=1))
    for n in range(1, 6):
        receive(books, n, 60_000, f"{n}@example.org")
    with booking(books.engine) as conn:
        let_wait(conn, {gift_id(n): CheckWaitReason.FACTS for n in range(1, 6)}, NOON)
        add_version(conn, PARTY, "asha", NOON)
    for name in ("compliance.gate.TOGETHER", "compliance.jobs.WAITING_TOGETHER"):
        monkeypatch.setattr(name, 2)
    begun: list[object] = []
    sa.event.listen(books.engine, "commit", begun.append)
    look = compliance_jobs(books.engine, GATE, lambda: NOON)
    look[REGIME_CHANGED]({"since": TODAY.isoformat()})
    assert (len(opened(books)), waiting(books), len(begun) >= 2 * 3 + 2) == (5, {}, True)
    with booking(books.engine) as conn:
        let_wait(conn, {gift_id(n): CheckWaitReason.FACTS for n in range(1, 6)}, NOON)
    begun.clear()
    look[LOOK_AGAIN]({})
    assert (waiting(books), len(begun) >= 1 + 3) == ({}, True)


def test_a_version_s_regime_begins_on_the_day_of_the_united_kingdom(books: Books) -> None:
    """In summer an evening of UTC is the next day there: a gift of the day that has begun is under the rules."""
    evening = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    with booking(books.engine) as conn:
        add_version(conn, replace(PARTY, regime="members_association"), "asha", evening)
        assert regime_periods(conn)[-1] == RegimePeriod(Regime.MEMBERS_ASSOCIATION, date(2026, 7, 2))
