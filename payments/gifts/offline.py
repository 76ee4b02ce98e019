"""Gifts that did not come through Stripe: cash, cheques, bank transfers, standing orders, gifts in kind. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum

from ledger.accounts import Account
from ledger.entry import Entry
from ledger.kinds import EntryKind
from ledger.money import Money
from payments.gifts.gift import Gift
from payments.valuing.valuation import Valuation

# Nobody enters a gift that is older: the year is mistyped.
OLDEST_YEARS = 7


class Means(StrEnum):
    """How an offline gift came."""

    CASH = "cash"
    CHEQUE = "cheque"
    TRANSFER = "bank_transfer"
    STANDING_ORDER = "standing_order"
    IN_KIND = "in_kind"

    @property
    def words(self) -> str:
        """As receipts and the desk name it."""
        return _WORDS[self]

    @property
    def account(self) -> Account | None:
        """Where the money is: in hand until it is banked, at the bank, or nowhere for a gift in kind."""
        return _ACCOUNTS.get(self)


_WORDS = {
    Means.CASH: "Cash",
    Means.CHEQUE: "Cheque",
    Means.TRANSFER: "Bank transfer",
    Means.STANDING_ORDER: "Standing order",
    Means.IN_KIND: "In kind",
}
_ACCOUNTS = {
    Means.CASH: Account.CASH,
    Means.CHEQUE: Account.CASH,
    Means.TRANSFER: Account.BANK,
    Means.STANDING_ORDER: Account.BANK,
}


class BadDay(ValueError):
    """A day on which nothing can be booked; the message says why."""


@dataclass(frozen=True, slots=True)
class OfflineGift:
    """A gift that a treasurer enters. Its `gift.amount` is its value; one in kind moves no money in the books.

    `reference` is the cheque's number, what the bank statement says, or what was given in kind. `counts`: toward the
    campaign's target. `valuation`: what is known of it besides, such as that it was left in a will.
    """

    gift: Gift
    means: Means
    day: date
    reference: str
    counts: bool
    who: str
    valuation: Valuation | None = None

    @property
    def subject(self) -> str:
        """What its entries are about, in the place of a payment."""
        return EntryKind.OFFLINE.key(self.gift.id)

    @property
    def method(self) -> str:
        """How it was paid, as a receipt prints it."""
        return f"{self.means.words}: {self.reference}" if self.means is Means.IN_KIND else self.means.words


def require_day(day: date, today: date, open_from: date | None) -> None:
    """Raises BadDay for a day in the future, in a closed month, or years ago."""
    if day > today:
        raise BadDay("This day is still to come. Enter the day on which it came.")
    if open_from is not None and day < open_from:
        raise BadDay(f"The books are closed up to this day. Enter {open_from:%d %B %Y} or later.")
    if day.year < today.year - OLDEST_YEARS:
        raise BadDay(f"This is more than {OLDEST_YEARS} years ago. Check the year.")


def noon_of(day: date, zone: tzinfo) -> datetime:
    """The instant that stands for a day of which no hour is known."""
    return datetime.combine(day, time(12), zone).astimezone(UTC)


def offline_entries(offline: OfflineGift, parents: Mapping[int, int], at: datetime, cause: str) -> list[Entry]:
    """One entry for each share; none for a gift in kind. A parent's part of a gift to its group is a share."""
    account = offline.means.account
    if account is None:
        return []
    shares = offline.gift.allocations
    sharing = {parents.get(share.campaign) for share in shares}
    return [
        Entry(
            key=EntryKind.OFFLINE.key(offline.gift.id, share.n),
            kind=EntryKind.OFFLINE,
            debit=account,
            credit=Account.SHARES if share.campaign in sharing else Account.GIFTS,
            amount=share.amount,
            subject=offline.subject,
            campaign=share.campaign,
            gift=offline.gift.id,
            occurred_at=at,
            book_date=offline.day,
            cause=cause,
        )
        for share in shares
    ]


def reversals(entries: list[Entry], at: datetime, day: date, cause: str) -> list[Entry]:
    """What takes these entries back, on that day."""
    return [
        Entry(
            key=f"{entry.key}:back",
            kind=entry.kind,
            debit=entry.credit,
            credit=entry.debit,
            amount=entry.amount,
            subject=entry.subject,
            campaign=entry.campaign,
            gift=entry.gift,
            occurred_at=at,
            book_date=day,
            cause=cause,
            reverses=entry.key,
        )
        for entry in entries
    ]


def deposit_entry(identity: str, amount: Money, day: tuple[datetime, date], cause: str) -> Entry:
    """Cash and cheques in hand were taken to the bank; `day` is its instant and its date."""
    at, book_date = day
    key = EntryKind.DEPOSIT.key(identity)
    return Entry(
        key=key, kind=EntryKind.DEPOSIT, debit=Account.BANK, credit=Account.CASH, amount=amount, subject=key,
        occurred_at=at, book_date=book_date, cause=cause,
    )  # fmt: skip
