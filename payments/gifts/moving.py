"""A gift's share that is moved to another campaign: on a day, and back again by another move. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from ledger.accounts import INCOME, Account
from ledger.entry import Entry
from ledger.kinds import EntryKind
from ledger.money import Money


class CannotMove(ValueError):
    """A share that cannot be moved there; the message says why."""


@dataclass(frozen=True, slots=True)
class GiftMove:
    """A share (by its number) of a gift was moved from one campaign to another."""

    id: str
    gift: str
    share: int
    from_campaign: int
    to_campaign: int
    why: str
    who: str
    moved_at: datetime


def move_entries(move: GiftMove, held: Iterable[tuple[Account, Money]], day: date) -> list[Entry]:
    """What takes the share's money off one campaign and counts it for the other, account by account.

    `held` is what the campaign has of it now: credits less debits of each account. What is booked for the share later
    is booked to its new campaign.
    """
    return [
        _entry(move, (account, -amount if leaves else amount), day, leaves=leaves)
        for account, amount in held
        if amount
        for leaves in (True, False)
    ]


def _entry(move: GiftMove, moved: tuple[Account, Money], day: date, *, leaves: bool) -> Entry:
    account, amount = moved
    credited = amount.minor > 0
    return Entry(
        key=EntryKind.MOVE.key(move.id, account.value, amount.currency.code, "from" if leaves else "to"),
        kind=EntryKind.MOVE,
        debit=Account.MOVED if credited else account,
        credit=account if credited else Account.MOVED,
        amount=amount if credited else -amount,
        subject=EntryKind.MOVE.key(move.id),
        campaign=move.from_campaign if leaves else move.to_campaign,
        gift=move.gift,
        occurred_at=move.moved_at,
        book_date=day,
        cause=EntryKind.MOVE.key(move.id),
    )


COUNTED = (*INCOME, Account.REFUNDS, Account.DISPUTE_LOSSES, Account.FEES, Account.DISPUTE_FEES)
"""The accounts whose money belongs to a campaign."""
