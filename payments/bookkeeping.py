"""Which entries follow from which facts. Pure: reads no clock and no table."""

from datetime import date

from ledger.accounts import Account
from ledger.entry import Entry
from payments.gifts import Gift, shares_of
from payments.happenings import ChargeSucceeded


def gift_entries(charge: ChargeSucceeded, gift: Gift, day: date, cause: str) -> list[Entry]:
    """The gift enters the books as it was charged, one entry per allocation (DESIGN §3)."""
    return [
        Entry(
            key=f"gift:{charge.payment}:{share.n}",
            kind="gift",
            debit=Account.CLEARING,
            credit=Account.GIFTS,
            amount=amount,
            subject=charge.payment,
            campaign=share.campaign,
            gift=gift.id,
            occurred_at=charge.at,
            book_date=day,
            cause=cause,
        )
        for share, amount in zip(gift.allocations, shares_of(charge.amount, gift), strict=True)
        if amount
    ]
