"""A donor's wish to be erased: what is stopped at once, and what the law has kept. The work follows in a job."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy.engine import Connection

from donors.consent_store import consents_of, note_consent
from donors.consents import agreed_channels
from donors.erasure_store import ask_for_erasure
from donors.retention import Retention, kept_until
from payments.gift_aid.declaration_store import withdraw_gift_aid
from payments.gift_aid.erasure_store import last_gift_aid_claim
from payments.gifts.erasure_store import gifts_of_donor
from payments.gifts.recurring_changes import ChangeKind, RecurringChange
from payments.gifts.recurring_store import recurring_of, request_change
from payments.own.own_consents import decision
from payments.own.own_views import own_recurring
from receipts.erasure_store import last_receipt_day


@dataclass(frozen=True, slots=True)
class KeptByLaw:
    """What the law has kept, as a package above this one knows it.

    `retention` is for how many years records are kept, by the rules of a day: receipts, Gift Aid declarations, and what
    that package keeps itself of gifts, such as checks of who gave. `last_day_beside` is the last day of those, None for
    nothing; `erase_beside` takes names out of those of a day and earlier.
    """

    retention: Callable[[Connection, date], Retention]
    last_day_beside: Callable[[Connection, Sequence[str]], date | None]
    erase_beside: Callable[[Connection, Sequence[str], date], None]


def kept_by_law_until(conn: Connection, donor_ids: Sequence[str], law: KeptByLaw, today: date) -> date | None:
    """Until when the law has records of this donor kept; None where there are none."""
    gifts, retention = gifts_of_donor(conn, donor_ids), law.retention(conn, today)
    kept = (
        (last_receipt_day(conn, gifts), retention.records),
        (law.last_day_beside(conn, gifts), retention.records),
        (last_gift_aid_claim(conn, donor_ids), retention.gift_aid),
    )
    return max((kept_until(day, years) for day, years in kept if day is not None), default=None)


def begin_erasure(conn: Connection, donor_ids: Sequence[str], who: str, now: datetime, law: KeptByLaw) -> bool:
    """Stop recurring gifts, withdraw consents and Gift Aid, and queue the erasure; False when it was asked for before.

    `who` asks: the donor, or a member of staff for one who has written.
    """
    running = [row.id for row in own_recurring(conn, donor_ids) if row.runs]
    for recurring in recurring_of(conn, running).values():
        request_change(conn, recurring, RecurringChange(uuid4().hex, recurring.id, ChangeKind.END_NOW, None, who, now))
    for donor_id in donor_ids:
        for channel in agreed_channels(consents_of(conn, donor_id)):
            withdrawn = decision(channel, agrees=False, offered=(), now=now)
            assert withdrawn is not None
            note_consent(conn, donor_id, withdrawn)
    withdraw_gift_aid(conn, donor_ids, now.date() + timedelta(days=1), who, now)
    return ask_for_erasure(conn, donor_ids, who, kept_by_law_until(conn, donor_ids, law, now.date()), now)
