"""Prove the books against Stripe's balance: line by line, as a whole, and payout by payout."""

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from ledger.accounts import Account
from ledger.finding import LISTED, PATIENCE, RESTORE, Finding, amount_text, checked, unchecked
from ledger.views import balances, open_subjects
from treasury import store_audit as store
from treasury.store_audit import Compared

# A comparison is made at every settlement, hourly at the least.
STALE = timedelta(hours=3)
# Banks take days, and longer over New Year.
ON_ITS_WAY = timedelta(days=10)
_RECONCILE = "./farthing reconcile asks."


def audit_settlement(conn: Connection, now: datetime) -> list[Finding]:
    """What can be proved only with what Stripe's balance shows; unchecked as long as it was not read."""
    return [
        _stripe_balance(conn, now),
        _lines(conn, now),
        _in_transit(conn, now),
        _payouts(conn),
    ]


def _stripe_balance(conn: Connection, now: datetime) -> Finding:
    """What we say that Stripe holds for us is what Stripe says: available and pending together."""
    name, last = "stripe balance", store.compared(conn)
    figures: dict[str, object] = {one.currency: _beside(one) for one in last}
    ours = balances(conn, Account.STRIPE)
    missing = sorted(set(ours) - {one.currency for one in last})
    figures |= {code: f"ours {amount_text(ours[code], code)}, never compared" for code in missing}
    wrong = sum(one.ours != one.theirs for one in last)
    if wrong:
        return checked(name, wrong, figures, "Our books and Stripe's balance differ: ./farthing reconcile, then trace.")
    if not last or missing:
        return unchecked(name, figures, f"never compared with Stripe's own; {_RECONCILE}")
    oldest = min(one.checked_at for one in last)
    if oldest < now - STALE:
        return unchecked(name, figures, f"last compared at {oldest:%Y-%m-%d %H:%M} UTC; {_RECONCILE}")
    return checked(name, 0, figures, "")


def _beside(one: Compared) -> str:
    return (
        f"ours {amount_text(one.ours, one.currency)}, Stripe's {amount_text(one.theirs, one.currency)}"
        f" at {one.checked_at:%Y-%m-%d %H:%M}"
    )


def _lines(conn: Connection, now: datetime) -> Finding:
    """The entries of each balance transaction add up, on `stripe`, to its net; no entry is without one."""
    name, known = "balance transactions", store.lines(conn)
    unlike = store.unlike_lines(conn, LISTED)
    waiting, oldest = store.lines_waiting(conn)
    figures: dict[str, object] = {"lines": known, "waiting": waiting}
    figures |= {one.about: f"off by {amount_text(one.minor, one.currency)}" for one in unlike}
    if unlike:
        return checked(name, len(unlike), figures, f"Entries and Stripe's lines differ: {RESTORE}")
    if oldest is not None and oldest < now - PATIENCE:
        return checked(
            name, waiting, figures, "Nobody knows whose these payments are: ./farthing reconcile asks again."
        )
    return checked(name, 0, figures, "") if known else unchecked(name, figures, f"no line was read; {_RECONCILE}")


def _in_transit(conn: Connection, now: datetime) -> Finding:
    """Nothing is on its way that has arrived or come back, and nothing for longer than banks take."""
    name, on_their_way = "in transit", open_subjects(conn, Account.IN_TRANSIT)
    over = store.settled_payouts(conn, [one.subject for one in on_their_way])
    patience = {True: PATIENCE, False: ON_ITS_WAY}
    late = [one for one in on_their_way if one.since < now - patience[one.subject in over]]
    figures: dict[str, object] = {"payouts": len(on_their_way)}
    figures |= {one.subject: f"{one.balance} since {one.since:%Y-%m-%d}" for one in late[:LISTED]}
    return checked(name, len(late), figures, "Look at these payouts at Stripe and on the bank statement; reconcile.")


def _payouts(conn: Connection) -> Finding:
    """The lines that a payout consists of add up to it."""
    name = "payouts"
    unlike, counted, whole = store.payouts_unlike_their_lines(conn)
    figures: dict[str, object] = {"payouts": whole, "added up": counted}
    figures |= {
        payout: f"{amount_text(amount, code)}, its lines {amount_text(lines, code)}"
        for payout, (amount, lines, code) in list(unlike.items())[:LISTED]
    }
    if whole and not counted:
        return unchecked(name, figures, "Stripe has not said yet which lines belong to which payout.")
    return checked(name, len(unlike), figures, "Stripe paid out another sum than its lines make: ask Stripe.")
