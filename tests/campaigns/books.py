"""A few gifts in the books, posted as the product posts them."""

from datetime import datetime

from sqlalchemy import Engine

from database.transactions import booking
from ledger.accounts import Account
from ledger.entry import Entry
from ledger.kinds import EntryKind
from ledger.money import Money
from ledger.store import open_accounts, post


def book(engine: Engine, now: datetime, campaign: int, gift: Money, *, refunded: Money | None = None) -> None:
    """A gift for a campaign, perhaps with a refund of some of it."""
    payment = f"pi_{campaign}_{gift.minor}"

    def entry(kind: EntryKind, debit: Account, credit: Account, amount: Money) -> Entry:
        return Entry(kind.key(payment, 0), kind, debit, credit, amount, payment, now, now.date(), "evt_1", campaign)

    entries = [entry(EntryKind.GIFT, Account.CLEARING, Account.GIFTS, gift)]
    if refunded is not None:
        entries.append(entry(EntryKind.REFUND, Account.REFUNDS, Account.CLEARING, refunded))
    with booking(engine) as conn:
        open_accounts(conn)
        post(conn, entries, now)
