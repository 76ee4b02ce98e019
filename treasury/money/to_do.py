"""What waits for a treasurer: the first few of each kind, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from outbox.letter_views import undelivered_count, undelivered_letters
from outbox.letters import PostedLetter
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
from payments.gifts.views import DiscrepancyRow, discrepancies, discrepancy_count
from payments.giving.surge_views import SurgeState, surge_state
from payments.inbox.store import DeadLetter, dead_letters
from webhooks.endpoint import WebhookEndpoint
from webhooks.store import stopped_endpoints

SHOWN = 5
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
    lost_gift_count: int
    surge: SurgeState

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        lists = (
            self.disputes, self.discrepancies, self.dead_letters, self.without_gift, self.payouts, self.letters
        )  # fmt: skip
        counts = (self.lost_gift_count, self.surge.demand, self.surge.waiting)
        return not any((*counts, *lists, self.stopped_endpoints))


def to_do(conn: Connection, now: datetime) -> ToDo:
    """What waits for a treasurer now."""
    failed = dead_letters(conn, MOST_DEAD_LETTERS)
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
        lost_gift_count(conn),
        surge_state(conn, now),
    )
