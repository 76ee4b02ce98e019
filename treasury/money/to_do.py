"""What waits for a treasurer: the first few of each kind, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from ledger.period_store import first_book_date, open_from
from ledger.periods import month_of, months_between, next_to_close
from ledger.store import Uncleared
from ledger.views import uncleared_since
from outbox.letter_views import undelivered_count, undelivered_letters
from outbox.letters import PostedLetter
from payments.bank.matching import ProvedPayouts
from payments.bank.views import has_statements
from payments.books.lost_views import lost_gift_count
from payments.books.views import (
    ChargeWithoutGift,
    DisputeRow,
    PayoutRow,
    charge_without_gift_count,
    charges_without_gift,
    disputes_to_answer,
    payout_rows_unlike_their_lines,
)
from payments.gifts.promised_views import (
    EndedRecurring,
    FailingRecurring,
    ended_count,
    ended_recurring,
    failing_count,
    failing_recurring,
)
from payments.gifts.views import DiscrepancyRow, discrepancies, discrepancy_count
from payments.giving.surge_views import SurgeState, surge_state
from payments.inbox.store import DeadLetter, dead_letters
from payments.refunding.twin_views import TwinRow, twin_rows
from payments.statements.jobs import WaitingStatements, waiting_statements
from receipts.jobs import WaitingPrints, waiting_prints
from treasury.donation_reports.known import ReportsToDo, reports_to_do
from treasury.money.checks_to_do import ChecksToDo, checks_to_do
from webhooks.endpoint import WebhookEndpoint
from webhooks.store import stopped_endpoints

SHOWN = 5
# Stripe's balance shows a payment within minutes and is read every hour; its webhook may come first.
LONGEST_UNCLEARED = timedelta(hours=3)
# Of the newest entries: the page of twins looks further back, and takes longer.
TWINS_AMONG = 3000
# Until when a recurring gift that ended is listed: its donor may be asked why.
ENDED_WITHIN = timedelta(days=31)
MOST_DEAD_LETTERS = 1000


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits. The lists hold the first few of each kind; the counts are of all."""

    disputes: Sequence[DisputeRow]
    discrepancies: Sequence[DiscrepancyRow]
    discrepancy_count: int
    dead_letters: Sequence[DeadLetter]
    dead_letter_count: int
    without_gift: Sequence[ChargeWithoutGift]
    without_gift_count: int
    payouts: Sequence[PayoutRow]
    stopped_endpoints: Sequence[WebhookEndpoint]
    letters: Sequence[PostedLetter]
    letter_count: int
    prints: WaitingPrints
    statements: Sequence[WaitingStatements]
    lost_gift_count: int
    surge: SurgeState
    uncleared: Sequence[Uncleared]
    uncleared_count: int
    failing: Sequence[FailingRecurring]
    failing_count: int
    ended: Sequence[EndedRecurring]
    ended_count: int
    twins: Sequence[TwinRow]
    months_to_close: Sequence[date]
    unproved: Sequence[ProvedPayouts]
    checks: ChecksToDo
    reports: ReportsToDo

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        lists = (
            self.disputes, self.discrepancies, self.dead_letters, self.without_gift, self.payouts, self.letters,
            self.prints.documents, self.statements, self.uncleared, self.failing, self.ended, self.twins,
            self.months_to_close, self.unproved, self.reports.due, self.reports.missing_rule,
        )  # fmt: skip
        counts = (self.lost_gift_count, self.surge.demand, self.surge.waiting, self.checks.count)
        return not any((*counts, *lists, self.prints.trouble, self.stopped_endpoints))


def to_do(conn: Connection, now: datetime, today: date, last_month: Sequence[ProvedPayouts]) -> ToDo:
    """What waits for a treasurer now. `today` is the organisation's; `last_month` what the bank shows of payouts."""
    failed, ended_since = dead_letters(conn, MOST_DEAD_LETTERS), now - ENDED_WITHIN
    return ToDo(
        disputes_to_answer(conn, SHOWN),
        discrepancies(conn, SHOWN),
        discrepancy_count(conn),
        failed[:SHOWN],
        len(failed),
        charges_without_gift(conn, SHOWN),
        charge_without_gift_count(conn),
        payout_rows_unlike_their_lines(conn)[:SHOWN],
        stopped_endpoints(conn),
        undelivered_letters(conn, SHOWN),
        undelivered_count(conn),
        waiting_prints(conn),
        waiting_statements(conn),
        lost_gift_count(conn),
        surge_state(conn, now),
        *uncleared_since(conn, now - LONGEST_UNCLEARED, SHOWN),
        failing_recurring(conn, today, SHOWN),
        failing_count(conn),
        ended_recurring(conn, ended_since, SHOWN),
        ended_count(conn, ended_since),
        twin_rows(conn, now, SHOWN, latest=TWINS_AMONG),
        months_to_close(first_book_date(conn), open_from(conn), today),
        _unproved(conn, last_month),
        checks_to_do(conn, today, SHOWN),
        reports_to_do(conn, today),
    )


def _unproved(conn: Connection, last_month: Sequence[ProvedPayouts]) -> list[ProvedPayouts]:
    """Last month's payouts that no statement shows, where statements are read in at all."""
    unproved = [payouts for payouts in last_month if payouts.unproved]
    return unproved if unproved and has_statements(conn) else []


def months_to_close(first_day: date | None, open_day: date | None, today: date) -> list[date]:
    """The months that are over and open, the oldest first, which is closed first. `first_day`: of the oldest entry."""
    following = next_to_close(first_day, open_day)
    return months_between(following, today)[:0:-1] if following and following < month_of(today) else []
