"""What the law has kept of a donor who asks to be erased, and for how many years: the rules say it."""

from datetime import date

from sqlalchemy.engine import Connection

from compliance.evidence_store import erase_checks
from compliance.kept_records import GIFT_AID_YEARS, years_kept
from compliance.rule import RECORD_YEARS
from compliance.rule_store import rule_book
from compliance.store import last_check_day
from donors.retention import Retention
from payments.own.erasure import KeptByLaw


def retention_on(conn: Connection, today: date) -> Retention:
    """For how many years records are kept, by the rules of the product and of the desk. Raises NoSuchRule."""
    book = rule_book(conn)
    return Retention(years_kept(book, RECORD_YEARS, today), years_kept(book, GIFT_AID_YEARS, today))


KEPT_BY_LAW = KeptByLaw(retention_on, last_check_day, erase_checks)
