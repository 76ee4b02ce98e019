"""After a restore: a claim that was made since the backup is not here, and its gifts could be claimed twice.

The log of acts says that a backup was restored. Until an owner has said which claim was the last, nothing is claimed.
What the lost claim may have had, and was not there to be held when the owner answered, is asked about when it comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from payments.gift_aid.claim import OpenClaim
from payments.gift_aid.claim_store import gift_aid_claim_of
from payments.gift_aid.claim_views import claimable_now
from payments.gift_aid.claimable import ClaimableGift
from staff.act import Act
from staff.store import newest_of

RESTORED, ANSWERED = "backup.restore", "gift_aid.after_restore"
NOTHING_SINCE, CLAIMED_SINCE = "nothing", "claimed"
LATE_CLAIMED, LATE_FREE = "late_claimed", "late_free"
MOST_ANSWERS = 1000


@dataclass(frozen=True, slots=True)
class RestoredBooks:
    """The books were restored from a backup, and nobody has said yet whether a claim was made after it."""

    backup_made_at: datetime
    restored_at: datetime


def restore_to_answer(conn: Connection) -> RestoredBooks | None:
    """The newest restore, unless an owner has answered since."""
    restored, answered = newest_of(conn, RESTORED, 1), newest_of(conn, ANSWERED, 1)
    if not restored or (answered and answered[0].at >= restored[0].at):
        return None
    made_at = (restored[0].after or {}).get("backup_made_at")
    return RestoredBooks(datetime.fromisoformat(str(made_at)), restored[0].at)


def claimed_until(claim: OpenClaim, day: date) -> OpenClaim:
    """What a claim of that day, which is not here, had in it: at most the gifts until then.

    What it paid back is not known. The next claim pays it back, at worst once more.
    """
    gifts = [claimed for claimed in claim.gifts if claimed.gift.day <= day and not claimed.is_again]
    return replace(claim, gifts=gifts, unclear=(), adjustments=())


def claimable_after_restores(conn: Connection, today: date) -> tuple[OpenClaim, Sequence[ClaimableGift]]:
    """What can be claimed now, and apart from it the gifts of which an owner has to say whether a lost claim had them.

    They are of its days, and could not be claimed when the owner answered: the gift was read from Stripe, or entered
    again, after that; or its declaration was.
    """
    claim, answers = claimable_now(conn, today), newest_of(conn, ANSWERED, MOST_ANSWERS)
    days = [day for answer in answers if (day := _lost_until(conn, answer))]
    freed = {gift_id for answer in answers for gift_id in _freed(answer)}
    if not days:
        return claim, ()
    late = [each for each in claim.gifts if each.gift.day <= max(days) and each.gift.id not in freed]
    ids = {each.gift.id for each in late}
    return replace(claim, gifts=[each for each in claim.gifts if each.gift.id not in ids]), late


def _freed(answer: Act) -> Sequence[str]:
    """The gifts of which an owner said that no lost claim had them."""
    freed = (answer.after or {}).get("freed")
    return freed if isinstance(freed, list) else ()


def _lost_until(conn: Connection, answer: Act) -> date | None:
    """The last day of a claim that was lost, as an owner said; None once the claim that stood for it is taken back."""
    after = answer.after or {}
    if after.get("answer") != CLAIMED_SINCE:
        return None
    number = after.get("claim")
    standing = gift_aid_claim_of(conn, number) if isinstance(number, int) else None
    return None if standing and standing.taken_back_at else date.fromisoformat(str(after["day"]))
