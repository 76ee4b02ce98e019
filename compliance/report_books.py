"""What reports are made of, from the checks that were opened."""

from sqlalchemy.engine import Connection

from compliance.donor_links import linked_families
from compliance.election_store import accounting_units
from compliance.link_store import donor_links
from compliance.report import ReportBooks
from compliance.rule_store import rule_book
from compliance.store import every_check


def books_of_checks(conn: Connection, participant: str) -> ReportBooks:
    """The books of this organisation: every gift that has a check, who is linked, and the rules."""
    checks = every_check(conn)
    return ReportBooks(
        participant,
        [check.gift for check in checks],
        {check.gift.gift_id: check for check in checks},
        linked_families(donor_links(conn)),
        accounting_units(conn),
        rule_book(conn),
    )
