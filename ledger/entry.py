"""One journal entry: a debit account, a credit account and one amount, so it cannot be unbalanced."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache

from ledger.accounts import Account
from ledger.kinds import ALLOWED, ALLOWED_REVERSALS, EntryKind
from ledger.money import LARGEST_MINOR, Money

NO_CAMPAIGN = 0
LONGEST_KEY = 200


class ImpossibleEntry(ValueError):
    """The values do not make an entry. This is a bug, never a donor's mistake."""


class ConflictingEntry(RuntimeError):
    """A key that is already in the books was posted with other contents."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal.

    `key` says which fact it books, so the same fact books once; `subject` is the payment, refund, dispute
    or payout whose clearing must come to zero; `campaign` 0 means none; `cause` is the delivery, reconcile
    run or treasurer's act that made us post it. The accounts are those of its kind. An entry that `reverses`
    another has that entry's accounts, swapped.
    """

    key: str
    kind: EntryKind
    debit: Account
    credit: Account
    amount: Money
    subject: str
    occurred_at: datetime
    book_date: date
    cause: str
    campaign: int = NO_CAMPAIGN
    gift: str | None = None
    reverses: str | None = None

    def __post_init__(self) -> None:
        if not 0 < self.amount.minor <= LARGEST_MINOR:
            raise ImpossibleEntry(f"{self.key}: an entry moves a positive amount, not {self.amount}")
        if self.debit == self.credit:
            raise ImpossibleEntry(f"{self.key}: debit and credit are both {self.debit}")
        pairs = ALLOWED if self.reverses is None else ALLOWED_REVERSALS
        if (self.debit, self.credit) not in pairs.get(self.kind, ()):
            raise ImpossibleEntry(f"{self.key}: {self.kind!r} does not book {self.debit} against {self.credit}")
        if self.occurred_at.tzinfo is None:
            raise ImpossibleEntry(f"{self.key}: the instant lacks its time zone")
        if not (self.subject and self.cause):
            raise ImpossibleEntry(f"{self.key}: subject and cause are both needed")
        if not 3 <= len(self.key) <= LONGEST_KEY:
            raise ImpossibleEntry(f"{self.key!r}: a key has 3 to {LONGEST_KEY} letters")
        if self.reverses == self.key:
            raise ImpossibleEntry(f"{self.key}: an entry cannot reverse itself")

    def fact(self) -> tuple[object, ...]:
        """What must be equal when the same key is posted again. Instants and the cause may differ."""
        return (
            self.kind, self.debit, self.credit, self.amount.currency.code, self.amount.minor,
            self.subject, self.campaign, self.gift,
        )  # fmt: skip


@lru_cache(1024)  # posting a gift needs the same day about five times
def book_date(occurred_at: datetime, zone: tzinfo) -> date:
    """The calendar day of an instant in the organisation's time zone. It is decided once, at posting."""
    return occurred_at.astimezone(zone).date()


def start_of_day(day: date) -> datetime:
    """The instant at which a day begins in UTC: how Stripe writes a day that is the same in every zone."""
    return datetime.combine(day, time(), UTC)


def by_unique_key(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The entries by key. Raises ConflictingEntry when two entries of the same key differ."""
    entries_by_key: dict[str, Entry] = {}
    for entry in entries:
        first = entries_by_key.setdefault(entry.key, entry)
        if first is not entry and first.fact() != entry.fact():
            raise ConflictingEntry(f"{entry.key} was to be posted twice with different contents")
    return entries_by_key
