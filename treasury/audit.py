"""Everything that must be true of the books, of receipts and of deliveries, in one list."""

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from ledger.audit import Finding, Status, audit
from payments.inbox.store import dead_letters, unapplied_count
from receipts.store import gaps
from treasury.store import charges_without_their_gift, received_without_receipt


def audit_all(conn: Connection) -> list[Finding]:
    """Every finding, the books' own first."""
    return [*audit(conn), _receipt_numbers(conn), _receipted(conn), _deliveries(conn), _homeless(conn)]


def _found(name: str, figures: Mapping[str, object], advice: str, *, wrong: bool) -> Finding:
    """Passed when nothing is wrong; the advice is for when something is."""
    return Finding(name, Status.FAILED if wrong else Status.PASSED, figures, advice if wrong else "")


def _receipt_numbers(conn: Connection) -> Finding:
    missing = gaps(conn)
    figures = {f"{gap.year}": f"{gap.receipts} of {gap.last_number}" for gap in missing}
    advice = "Restore the missing receipts from a backup."
    return _found("receipt numbers run without a gap", figures, advice, wrong=bool(missing))


def _receipted(conn: Connection) -> Finding:
    missing = received_without_receipt(conn)
    advice = "Restore a backup, or write to us: this cannot happen by itself."
    name = "every gift received has its receipt and its entries"
    return _found(name, {"missing": missing}, advice, wrong=missing > 0)


def _deliveries(conn: Connection) -> Finding:
    waiting = unapplied_count(conn)
    figures = {"waiting": waiting, "dead letters": len(dead_letters(conn))}
    advice = "./farthing replay tries them again; the desk shows why they failed."
    return _found("every kept delivery is in the books", figures, advice, wrong=waiting > 0)


def _homeless(conn: Connection) -> Finding:
    waiting = charges_without_their_gift(conn)
    advice = "The gift is not in this database: was it restored from an older backup?"
    return _found("every charge that names a gift has found it", {"waiting": waiting}, advice, wrong=waiting > 0)
