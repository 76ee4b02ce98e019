"""Everything that must be true of the books, of receipts and of deliveries, in one list."""

from sqlalchemy.engine import Connection

from ledger.audit import Finding, Status, audit
from payments.inbox.store import dead_letters, unapplied_count
from receipts.store import gaps
from treasury.store import charges_without_their_gift, received_without_receipt


def audit_all(conn: Connection) -> list[Finding]:
    """Every finding, the books' own first."""
    return [*audit(conn), _receipt_numbers(conn), _receipted(conn), _deliveries(conn), _homeless(conn)]


def _receipt_numbers(conn: Connection) -> Finding:
    found = gaps(conn)
    return Finding(
        name="receipt numbers run without a gap",
        status=Status.FAILED if found else Status.PASSED,
        figures={f"{gap.year}": f"{gap.receipts} of {gap.last_number}" for gap in found},
        advice="Restore the missing receipts from a backup." if found else "",
    )


def _receipted(conn: Connection) -> Finding:
    missing = received_without_receipt(conn)
    return Finding(
        name="every gift received has its receipt and its entries",
        status=Status.FAILED if missing else Status.PASSED,
        figures={"missing": missing},
        advice="Restore a backup, or write to us: this cannot happen by itself." if missing else "",
    )


def _homeless(conn: Connection) -> Finding:
    waiting = charges_without_their_gift(conn)
    return Finding(
        name="every charge that names a gift has found it",
        status=Status.FAILED if waiting else Status.PASSED,
        figures={"waiting": waiting},
        advice="The gift is not in this database: was it restored from an older backup?" if waiting else "",
    )


def _deliveries(conn: Connection) -> Finding:
    waiting, dead = unapplied_count(conn), len(dead_letters(conn))
    return Finding(
        name="every kept delivery is in the books",
        status=Status.FAILED if waiting else Status.PASSED,
        figures={"waiting": waiting, "dead letters": dead},
        advice="./farthing replay tries them again; the desk shows why they failed." if waiting else "",
    )
