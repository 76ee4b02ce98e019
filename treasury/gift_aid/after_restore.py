"""After a restore: a claim that was made since the backup is not here, and its gifts could be claimed twice.

The log of acts says that a backup was restored. Until an owner has said which claim was the last, nothing is claimed.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from payments.gift_aid.claim import OpenClaim
from staff.store import newest_of

RESTORED, ANSWERED = "backup.restore", "gift_aid.after_restore"
NOTHING_SINCE, CLAIMED_SINCE = "nothing", "claimed"


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
