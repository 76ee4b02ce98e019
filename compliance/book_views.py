"""Everything that a report is made of, read from the books and the checks. Writes nothing."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.engine import Connection

from compliance.gift_views import UnvaluedGift, donor_families, gifts_above
from compliance.report import ReportBooks
from compliance.rule_store import rule_book
from compliance.store import checks_of


def report_books(
    conn: Connection, participant: str, units: Mapping[str, str], first: date
) -> tuple[ReportBooks, tuple[UnvaluedGift, ...]]:
    """What reports of periods from `first` on are made of, and the gifts that cannot be reported for want of a value.

    `participant` is the organisation's name, `units` the names of accounting units by their campaign's id. Gifts of a
    year are added up by the day of their acceptance, which may lie in the year after their receipt: the gifts of the
    year before are read as well. Gifts at or below every permissibility threshold are in no report, and are not read.
    """
    rules, since = rule_book(conn), date(first.year - 1, 1, 1)
    received = gifts_above(conn, rules.lowest_threshold(since), since, units)
    checks = {check.gift.gift_id: check for check in checks_of(conn, [gift.gift_id for gift in received.gifts])}
    return ReportBooks(participant, received.gifts, checks, donor_families(conn), units, rules), received.unvalued
