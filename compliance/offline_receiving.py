"""Money that did not come through Stripe passes the same gate: an offline gift is entered with the check it needs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, tzinfo

from sqlalchemy.engine import Connection

from compliance.gate import CheckGate
from payments.gifts.offline import OfflineGift
from payments.gifts.offline_store import enter_offline, enter_offline_gifts
from payments.gifts.receiving import Issuer, ReceiptFacts


def receive_offline_gift(
    conn: Connection,
    offline: OfflineGift,
    issuer: Issuer | None,
    now: tuple[datetime, tzinfo],
    facts: Mapping[str, ReceiptFacts] | None = None,
) -> bool:
    """Enter a gift, with its receipt where there is an issuer, and open its check. False when it was there already."""
    is_new = enter_offline(conn, offline, issuer, now, facts)
    if is_new:
        _look(conn, [offline], issuer, now)
    return is_new


def receive_offline_gifts(
    conn: Connection,
    entered: Sequence[OfflineGift],
    with_receipt: Collection[str],
    issuer: Issuer | None,
    now: tuple[datetime, tzinfo],
    facts: Mapping[str, ReceiptFacts] | None = None,
) -> None:
    """Enter gifts that are not there yet, those of `with_receipt` with a receipt each, and open their checks."""
    enter_offline_gifts(conn, entered, with_receipt, issuer, now, facts)
    _look(conn, entered, issuer, now)


def _look(
    conn: Connection, entered: Sequence[OfflineGift], issuer: Issuer | None, now: tuple[datetime, tzinfo]
) -> None:
    at, zone = now
    profile = issuer.profile if issuer else None
    CheckGate(zone).look_after_booking(conn, profile, [offline.gift.id for offline in entered], at)
