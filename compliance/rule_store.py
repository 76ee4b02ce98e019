"""The organisation's regimes, and the rules: the product's rows with those that the desk added."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.regime import Regime, RegimePeriod, uk_day
from compliance.rule import Rule, RuleBook
from compliance.tables import added_rule, regime_period
from compliance.thresholds import shipped_rules
from database.bulk import insert_rows
from organisation.store import regime_changes

_p, _r = regime_period.c, added_rule.c


def add_regime_period(conn: Connection, period: RegimePeriod, staff_id: str, now: datetime) -> None:
    """Enter the regime that the organisation is under from a day on. What was entered before stays, for its days."""
    row = {
        "id": _next(conn, _p.id),
        "regime": period.regime.value,
        "first_day": period.first,
        "last_day": period.last,
        "is_northern_irish": period.is_northern_irish,
        "staff_id": staff_id,
        "at": now,
    }
    insert_rows(conn, regime_period, [row])


def regime_periods(conn: Connection) -> list[RegimePeriod]:
    """Every period in the order in which it was said: by the desk, or by a version of the organisation.

    A version says one from its day in the UK on, where it names another regime than the version before
    (docs/decisions/0038). The version that only repeats what the desk has entered, at the same instant, says nothing
    more.
    """
    rows = conn.execute(sa.select(regime_period).order_by(_p.id)).all()
    entered = [
        (row.at, RegimePeriod(Regime(row.regime), row.first_day, row.last_day, row.is_northern_irish)) for row in rows
    ]
    repeated = {row.at for row in rows}
    versions = [(at, RegimePeriod(Regime(name), uk_day(at))) for at, name in regime_changes(conn) if at not in repeated]
    return [period for _, period in sorted((*versions, *entered), key=lambda each: each[0])]


def regimes_kept_since(conn: Connection) -> datetime | None:
    """When the first regime was said here; None: none ever was."""
    entered: datetime | None = conn.scalar(sa.select(sa.func.min(_p.at)))
    instants = [at for at, _ in regime_changes(conn)] + ([entered] if entered else [])
    return min(instants, default=None)


def add_rule(conn: Connection, rule: Rule, staff_id: str, now: datetime) -> None:
    """Add a row to the rules. Raises ValueError for one without a source, or without a first day."""
    if not rule.source.strip() or rule.first is None:
        raise ValueError("a rule has a source, and a day from which it holds")
    row = {
        "id": _next(conn, _r.id),
        "regime": rule.regime,
        "key": rule.key,
        "value": str(rule.value),
        "unit": rule.unit,
        "first_day": rule.first,
        "last_day": rule.last,
        "status": rule.status,
        "confidence": rule.confidence,
        "source": rule.source,
        "staff_id": staff_id,
        "at": now,
    }
    insert_rows(conn, added_rule, [row])


def rule_book(conn: Connection) -> RuleBook:
    """The rules that hold here: the product's, then those that the desk added, of which the newest counts."""
    rows = conn.execute(sa.select(added_rule).order_by(_r.id))
    return RuleBook((*shipped_rules().rules, *(_rule(row) for row in rows)))


def _rule(row: Any) -> Rule:
    return Rule(
        row.regime,
        row.key,
        Decimal(row.value),
        row.unit,
        row.first_day,
        row.last_day,
        row.status,
        row.confidence,
        row.source,
    )


def _next(conn: Connection, column: sa.Column[int]) -> int:
    return (conn.scalar(sa.select(sa.func.max(column))) or 0) + 1
