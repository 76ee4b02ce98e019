"""Takes a donor out of everything that is kept, once nothing of theirs is on its way.

What the law has kept stays, closed to everybody but the desk, and loses its names on its day.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import booking, reading, writing
from donors.donor import NotAnAddress, address_key
from donors.erasure_store import ERASE_DONOR, erase_details, erased_donors
from donors.retention import last_day_to_erase
from mailing.store import erase_signups
from outbox.jobs import Payload
from outbox.letters import erase_letters, letters_are_waiting
from outbox.worker import Chore, Handler
from payments.bank.import_store import erase_lines
from payments.bank.match_store import lines_of_gifts
from payments.gift_aid.erasure_store import erase_gift_aid
from payments.gifts.erasure_store import (
    erase_declarations,
    erase_gifts,
    gifts_of_donor,
    is_unsettled,
    mentions_of_donor,
)
from payments.giving.postal_address_store import erase_postal_addresses
from payments.inbox.store import drop_bodies
from payments.own.erasure import KeptByLaw
from payments.own.own_data_views import addresses_of_donor
from payments.valuing.erasure_store import erase_loans, erase_valuations
from receipts.erasure_store import close_receipts, erase_documents, erase_receipts
from receipts.store import gifts_with_receipts
from staff.notes_store import Noted, erase_notes
from web.csv_store import forget_expired_uploads, forget_uploads

ANONYMISE_EVERY = timedelta(days=1)

NoteErasure = Callable[[Sequence[str], datetime], None]
"""Notes outside of the database that these donors are erased, so that a restored backup can repeat it."""

NeedsDonor = Callable[[Connection, Sequence[str]], bool]
"""Whether a package above this one still has to know these donors."""

log = structlog.get_logger()


class NotYet(Exception):
    """A payment, the end of a recurring gift, a letter or a check is still under way; tried again later."""


def nobody_is_needed(_conn: Connection, _donor_ids: Sequence[str]) -> bool:
    """Where nothing stands above that has to know donors."""
    return False


def erasing_jobs(
    engine: Engine, clock: Clock, note: NoteErasure, needs_donor: NeedsDonor = nobody_is_needed
) -> dict[str, Handler]:
    """The worker's handler of `ERASE_DONOR`. Each erasure is noted beside the database before it is done."""

    def erase(payload: Payload) -> None:
        donor_ids = payload["donors"]
        note(donor_ids, clock())
        with booking(engine) as conn:
            addresses = addresses_of_donor(conn, donor_ids)
            if is_unsettled(conn, donor_ids) or letters_are_waiting(conn, addresses):
                raise NotYet("a payment, an end or a letter of this donor is on its way")
            if needs_donor(conn, donor_ids):
                raise NotYet("a gift of this donor is being checked")
            erase_person(conn, donor_ids, addresses, clock)
        log.info("donor_erased", donors=len(donor_ids))

    return {ERASE_DONOR: erase}


def erase_person(conn: Connection, donor_ids: Sequence[str], addresses: Sequence[str], clock: Clock) -> None:
    """Take a donor out of donor, gifts, letters, sign-ups and Stripe's messages. The books do not move."""
    gifts, now = gifts_of_donor(conn, donor_ids), clock()
    close_receipts(conn, gifts)
    drop_bodies(conn, [*mentions_of_donor(conn, donor_ids), *addresses])
    erase_letters(conn, addresses, now)
    erase_signups(conn, _keys(addresses), now)
    erase_gifts(conn, donor_ids)
    erase_postal_addresses(conn, gifts)
    erase_valuations(conn, gifts)
    erase_loans(conn, donor_ids)
    erase_lines(conn, lines_of_gifts(conn, gifts))
    forget_uploads(conn)
    erase_notes(conn, Noted.DONOR, donor_ids, now)
    erase_notes(conn, Noted.GIFT, gifts, now)
    erase_details(conn, donor_ids)
    never_received = sorted(set(gifts) - set(gifts_with_receipts(conn, gifts)))
    erase_declarations(conn, never_received)
    erase_gift_aid(conn, donor_ids, date.min, now)


def anonymising(engine: Engine, clock: Clock, law: KeptByLaw) -> Chore:
    """Once a day names go that need not be kept any more, and CSV files that nobody confirmed."""

    def anonymise() -> None:
        anonymise_kept(engine, clock, law)

    return Chore(ANONYMISE_EVERY, anonymise)


def anonymise_kept(engine: Engine, clock: Clock, law: KeptByLaw) -> int:
    """Take erased donors out of what the law has kept no longer; returns out of how many receipts."""
    today: date = clock().date()
    with writing(engine) as conn:
        forget_expired_uploads(conn, clock())
    with reading(engine) as conn:
        donors = erased_donors(conn)
        gifts = gifts_of_donor(conn, donors)
    if not gifts:
        return 0
    with booking(engine) as conn:
        retention = law.retention(conn, today)
        last_record = last_day_to_erase(today, retention.records)
        done = erase_receipts(conn, gifts, last_record, clock())
        erase_declarations(conn, done)
        erase_gift_aid(conn, donors, last_day_to_erase(today, retention.gift_aid), clock())
        erase_documents(conn, gifts, donors, last_record, clock())
        law.erase_beside(conn, gifts, last_record)
    return len(done)


def _keys(addresses: Sequence[str]) -> list[str]:
    keys = set()
    for address in addresses:
        try:
            keys.add(address_key(address))
        except NotAnAddress:
            continue
    return sorted(keys)
