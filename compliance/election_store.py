"""Elections, the Commission's addresses and accounting units, as the desk entered them. The newest row counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.store import campaign_titles
from compliance.addresses import AddressWay, CommissionAddress, shipped_addresses
from compliance.report_calendar import Election, ReportCalendar
from compliance.rule_store import regime_periods, rule_book
from compliance.tables import accounting_unit, commission_address, election
from database.bulk import insert_rows

_e, _a, _u = election.c, commission_address.c, accounting_unit.c


def report_calendar(conn: Connection) -> ReportCalendar:
    """What makes reports due here: the organisation's regimes, the elections that were entered, and the rules."""
    return ReportCalendar(regime_periods(conn), elections(conn), rule_book(conn))


def add_election(
    conn: Connection, entered: Election, staff_id: str, now: datetime, *, is_withdrawn: bool = False
) -> None:
    """Enter an election, or correct the one of the same name, or withdraw it. Raises ValueError without a source."""
    if not entered.source.strip() or not entered.name.strip():
        raise ValueError("an election has a name and a source")
    row = {
        "id": _next(conn, _e.id),
        "name": entered.name,
        "regulated_from": entered.regulated_from,
        "dissolved_on": entered.dissolved_on,
        "polling_day": entered.polling_day,
        "pre_dissolution_from": entered.pre_dissolution_from,
        "source": entered.source,
        "is_withdrawn": is_withdrawn,
        "staff_id": staff_id,
        "at": now,
    }
    insert_rows(conn, election, [row])


def elections(conn: Connection) -> list[Election]:
    """The elections that count, by their polling day."""
    newest = {row.name: row for row in conn.execute(sa.select(election).order_by(_e.id))}
    return sorted(
        (
            Election(
                row.name, row.regulated_from, row.dissolved_on, row.polling_day, row.source, row.pre_dissolution_from
            )
            for row in newest.values()
            if not row.is_withdrawn
        ),
        key=lambda each: each.polling_day,
    )


def add_commission_address(conn: Connection, entered: CommissionAddress, staff_id: str, now: datetime) -> None:
    """Enter where reports are sent. What was entered before stays, and counts no more."""
    row = {
        "id": _next(conn, _a.id),
        "way": entered.way.value,
        "address": entered.address,
        "source": entered.source,
        "staff_id": staff_id,
        "at": now,
    }
    insert_rows(conn, commission_address, [row])


def commission_addresses(conn: Connection) -> Sequence[CommissionAddress]:
    """Where reports are sent, a row for each way that is known: the product's, or what the desk entered since."""
    known = {each.way: each for each in shipped_addresses()}
    for row in conn.execute(sa.select(commission_address).order_by(_a.id)):
        way = AddressWay(row.way)
        known[way] = CommissionAddress(way, row.address, row.source, "verified")
    return [known[way] for way in AddressWay if way in known]


def choose_accounting_unit(conn: Connection, campaign_id: int, staff_id: str, now: datetime, *, is_unit: bool) -> None:
    """Say that a group is an accounting unit of the party, or that it is none."""
    row = {
        "id": _next(conn, _u.id),
        "campaign_id": campaign_id,
        "is_unit": is_unit,
        "staff_id": staff_id,
        "at": now,
    }
    insert_rows(conn, accounting_unit, [row])


def accounting_units(conn: Connection) -> Mapping[str, str]:
    """The accounting units: their campaign's id, which is the section of their gifts, and its title."""
    newest = dict(conn.execute(sa.select(_u.campaign_id, _u.is_unit).order_by(_u.id)).all())
    titles = campaign_titles(conn)
    return {str(number): titles[number] for number, is_unit in sorted(newest.items()) if is_unit}


def _next(conn: Connection, column: sa.Column[int]) -> int:
    return (conn.scalar(sa.select(sa.func.max(column))) or 0) + 1
