"""Everything that must be true of the books, of receipts and of deliveries, in one list."""

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from database.instants import Clock, utc_now
from ledger.audit import audit
from ledger.finding import LISTED, RESTORE, Finding, Status, amount_text, checked
from payments.inbox.store import dead_letters, unapplied_count
from receipts.store import gaps
from treasury import store_audit as store
from treasury.audit_settlement import audit_settlement


def audit_all(conn: Connection, clock: Clock = utc_now) -> list[Finding]:
    """Every finding, the books' own first."""
    return [*audit(conn, clock), *audit_settlement(conn, clock()), *_facts(conn), *_receipts(conn)]


def _facts(conn: Connection) -> list[Finding]:
    """Whether the books say what was told."""
    return [_booked(conn), _raised(conn), _causes(conn), _deliveries(conn), _homeless(conn)]


def _booked(conn: Connection) -> Finding:
    """Each gift, refund, dispute and payout stands in the books with what its facts come to, and nothing else does."""
    unlike = store.unlike_facts(conn, LISTED)
    figures = {f"{one.what} {one.about}": f"{one.minor:+d} {one.currency} in minor units" for one in unlike}
    return checked("facts", len(unlike), figures, f"The books differ from what Stripe told: {RESTORE}")


def _raised(conn: Connection) -> Finding:
    """What campaigns raised is gifts less refunds and dispute losses, each campaign's once."""
    unlike = store.raised_unlike_entries(conn)
    figures: dict[str, object] = {
        code: amount_text(minor, code) for code, minor in store.raised_by_currency(conn).items()
    }
    figures |= {f"campaign {one.about}": f"{one.minor:+d} {one.currency} in minor units" for one in unlike}
    return checked("raised", len(unlike), figures, f"Campaigns show other figures than their entries make: {RESTORE}")


def _causes(conn: Connection) -> Finding:
    missing = store.causes_never_kept(conn)
    return checked("kept causes", missing, {}, f"Entries name deliveries that are not here: {RESTORE}")


def _deliveries(conn: Connection) -> Finding:
    waiting = unapplied_count(conn)
    figures = {"waiting": waiting, "dead letters": len(dead_letters(conn))}
    advice = "./farthing replay tries them again; the desk shows why they failed."
    return _found("every kept delivery is in the books", figures, advice, wrong=waiting > 0)


def _homeless(conn: Connection) -> Finding:
    waiting = store.homeless_charges(conn)
    advice = "The gift is not in this database: was it restored from an older backup?"
    return _found("every charge that names a gift has found it", {"waiting": waiting}, advice, wrong=waiting > 0)


def _receipts(conn: Connection) -> list[Finding]:
    return [_receipt_numbers(conn), _receipted(conn)]


def _receipt_numbers(conn: Connection) -> Finding:
    missing = gaps(conn)
    figures = {f"{gap.year}": f"{gap.receipts} of {gap.last_number}" for gap in missing}
    advice = "Restore the missing receipts from a backup."
    return _found("receipt numbers run without a gap", figures, advice, wrong=bool(missing))


def _receipted(conn: Connection) -> Finding:
    missing = store.received_without_receipt(conn)
    advice = "Restore a backup, or write to us: this cannot happen by itself."
    name = "every gift received has its receipt and its entries"
    return _found(name, {"missing": missing}, advice, wrong=missing > 0)


def _found(name: str, figures: Mapping[str, object], advice: str, *, wrong: bool) -> Finding:
    """Passed when nothing is wrong; the advice is for when something is."""
    return Finding(name, Status.FAILED if wrong else Status.PASSED, figures, advice if wrong else "")
