"""What to look at before a month is closed: each point with what was found, and where to mend it. Pure but its load."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from sqlalchemy import Connection

from ledger.accounts import Account
from ledger.periods import month_after
from ledger.store import uncleared
from ledger.views import open_subjects
from payments.bank.views import has_statements, proved_to_bank
from payments.books.views import payout_rows_unlike_their_lines
from payments.inbox.store import dead_letters
from payments.settlement.views import StripeStatus, stripe_status

MOST = 1000


@dataclass(frozen=True, slots=True)
class ClosingPoint:
    """One question before closing. `open` counts what speaks against it; `path` leads to where it is mended.

    `is_asked` is False where nothing here can answer it: that speaks neither for closing nor against it.
    """

    question: str
    open: int
    finding: str
    path: str
    is_asked: bool = True

    @property
    def is_fine(self) -> bool:
        """Whether nothing speaks against closing."""
        return self.open == 0


def closing_points(conn: Connection, month: date, zone: tzinfo) -> list[ClosingPoint]:
    """The points of this month. None of them forbids closing: what comes later is booked in the open month."""
    end = datetime.combine(month_after(month), time(), zone).astimezone(UTC)
    waiting = uncleared(conn, older_than=end)
    in_transit = [subject for subject in open_subjects(conn, Account.IN_TRANSIT) if subject.since < end]
    return [
        _point(
            "Is everything that Stripe told us of in its balance?", len(waiting), "/desk",
            "Every payment of the month has been seen in both places.",
            ("payment or refund is", "payments or refunds are", "not in Stripe's balance yet."),
        ),
        _point(
            "Have all payouts arrived at the bank?", len(in_transit), "/desk/payouts",
            "No payout is on its way.", ("payout of the month is", "payouts of the month are", "still under way."),
        ),
        _point(
            "Do the payouts equal what Stripe says is in them?", len(payout_rows_unlike_their_lines(conn)),
            "/desk/payouts", "They do, to the penny.", ("payout differs", "payouts differ", "from what is inside."),
        ),
        _point(
            "Has every message from Stripe been understood?", len(dead_letters(conn, MOST)), "/desk/dead-letters",
            "Yes.", ("message waits", "messages wait", "for somebody to look."),
        ),
        _compared(stripe_status(conn), end),
        _on_the_statement(conn, month),
    ]  # fmt: skip


def _point(question: str, count: int, path: str, fine: str, bad: tuple[str, str, str]) -> ClosingPoint:
    """`bad` is what a count is followed by when something speaks against closing: for one, for many, and the rest."""
    singular, plural, rest = bad
    words = f"{count} {singular if count == 1 else plural} {rest}"
    return ClosingPoint(question, count, words if count else fine, path)


def _on_the_statement(conn: Connection, month: date) -> ClosingPoint:
    question = "Are the month's payouts on the bank's own statement?"
    if not has_statements(conn):
        return ClosingPoint(question, 0, "No statement was ever read in.", "/desk/bank", is_asked=False)
    missing = sum(len(payouts.unproved) for payouts in proved_to_bank(conn, month))
    return _point(
        question, missing, "/desk/bank", "Each of them is.", ("payout is", "payouts are", "on no statement yet.")
    )


def _compared(stripe: StripeStatus, end: datetime) -> ClosingPoint:
    question = "Was our balance compared with Stripe's since the month ended?"
    if stripe.compared_at is None or stripe.compared_at < end:
        return ClosingPoint(question, 1, "Not since then. It is read every hour while Stripe answers.", "/desk")
    if not stripe.agrees:
        return ClosingPoint(question, 1, "It was, and they differ: the audit says where.", "/desk")
    return ClosingPoint(question, 0, "It was, and they are equal to the penny.", "/desk")
