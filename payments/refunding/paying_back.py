"""The organisation's own payment of a gift back to whoever gave it, in the books. Call these inside `booking`.

Stripe knows nothing of it: it is made where a refund cannot be, or has failed. It leaves the bank.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.engine import Connection

import ledger.store
from ledger.accounts import RAISED, Account
from ledger.entry import Entry
from ledger.gift_views import campaigns_with_entries, held_of_gift
from ledger.kinds import EntryKind
from ledger.money import Money
from payments.gifts.gift import Gift
from receipts.jobs import queue_credits


def pay_back(conn: Connection, gift: Gift, paid: tuple[datetime, date], cause: str) -> list[Entry]:
    """Book that all that is left of a gift was paid back: at that instant, on that day; and have it credited.

    Once nothing is left nothing is booked. An offline gift is taken back instead (`offline_store`).
    """
    entries = paid_back_entries(gift, _left(conn, gift), paid, cause)
    if entries:
        ledger.store.post(conn, entries, paid[0])
        queue_credits(conn, [gift.id], paid[0])
    return entries


def is_paid_back(conn: Connection, gift: Gift) -> bool:
    """Whether we have paid this gift back ourselves: then Stripe has nothing of it to refund."""
    return any(
        ledger.store.is_posted(conn, _key(gift, campaign, gift.amount))
        for campaign in campaigns_with_entries(conn, gift.id)
    )


def paid_back_entries(gift: Gift, left: Mapping[int, Money], paid: tuple[datetime, date], cause: str) -> list[Entry]:
    """One entry for each campaign that has something of the gift left. Pure."""
    at, day = paid
    return [
        Entry(
            key=_key(gift, campaign, amount),
            kind=EntryKind.REPAID,
            debit=Account.REFUNDS,
            credit=Account.BANK,
            amount=amount,
            subject=EntryKind.REPAID.key(gift.id),
            occurred_at=at,
            book_date=day,
            cause=cause,
            campaign=campaign,
            gift=gift.id,
        )
        for campaign, amount in sorted(left.items())
        if amount.minor > 0
    ]


def _key(gift: Gift, campaign: int, amount: Money) -> str:
    return EntryKind.REPAID.key(gift.id, campaign, amount.currency.code)


def _left(conn: Connection, gift: Gift) -> Mapping[int, Money]:
    """What each campaign has left of a gift, in its own currency."""
    left: defaultdict[int, Money] = defaultdict(lambda: Money(0, gift.amount.currency))
    for campaign in campaigns_with_entries(conn, gift.id):
        for _, held in held_of_gift(conn, gift.id, campaign, RAISED):
            if held.currency == gift.amount.currency:
                left[campaign] += held
    return left
