"""What waits for a treasurer: the first few of each kind, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from payments.inbox.store import DeadLetter, dead_letters
from proof.store_audit import charges_without_gift
from treasury.money.store import DisputeLine, PayoutLine, disputes_to_answer, payouts_unlike_their_lines
from treasury.store import Discrepancy, Homeless, discrepancies, discrepancy_count, homeless

SHOWN = 5
MOST_DEAD_LETTERS = 1000


@dataclass(frozen=True, slots=True)
class ToDo:
    """Things to do. The counts are of all; the lists hold the first few."""

    disputes: Sequence[DisputeLine]
    discrepancies: Sequence[Discrepancy]
    discrepancy_count: int
    dead_letters: Sequence[DeadLetter]
    dead_letter_count: int
    homeless: Sequence[Homeless]
    homeless_count: int
    payouts: Sequence[PayoutLine]

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits for anybody."""
        return not (self.disputes or self.discrepancies or self.dead_letters or self.homeless or self.payouts)


def to_do(conn: Connection) -> ToDo:
    """What waits for a treasurer now."""
    failed = dead_letters(conn, MOST_DEAD_LETTERS)
    return ToDo(
        disputes_to_answer(conn, SHOWN),
        discrepancies(conn, SHOWN),
        discrepancy_count(conn),
        failed[:SHOWN],
        len(failed),
        homeless(conn, SHOWN),
        charges_without_gift(conn),
        payouts_unlike_their_lines(conn)[:SHOWN],
    )
