"""The steps of a trace: what happened to money, in words and in order, with the entry that books each step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from ledger.accounts import Account
from ledger.kinds import EntryKind
from ledger.money import Money
from payments.bank.views import BankLineRow
from proof.store_trace import PostedEntry

# Steps of the same second are sorted by these ranks, so that a cause comes before its effect.
ASKED, OPENED, CHARGED, RECEIPTED, ON_THE_STATEMENT = 0, 1, 2, 4, 20
_RANKS = {
    EntryKind.GIFT: 3, EntryKind.SETTLE: 5, EntryKind.OTHER: 5, EntryKind.OURS: 5, EntryKind.FEE: 6,
    EntryKind.FEE_SHARED: 6,
    EntryKind.PAYMENT_FAILED: 7, EntryKind.REFUND: 7, EntryKind.DISPUTE: 7,
    EntryKind.REPAID: 7,
}  # fmt: skip
_LATER = 8
_OF_PAYOUTS = {EntryKind.PAYOUT, EntryKind.PAID}
_OF_PAYMENTS = {EntryKind.SETTLE, EntryKind.OTHER, EntryKind.FEE, EntryKind.STRIPE_FEE}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: in words, the id that it is about, how much, and the entry that books it, if any.

    `whole` is the payout that the amount is a part of; `receipt` the number of the receipt that was issued; `bank_line`
    the id of the bank's own line.
    """

    at: datetime
    text: str
    about: str = ""
    amount: Money | None = None
    entry: PostedEntry | None = None
    rank: int = 0
    whole: Money | None = None
    receipt: str = ""
    own_day: date | None = None
    bank_line: str = ""

    @property
    def payout(self) -> str:
        """The payout that left or arrived with it, by its id; nothing for every other step."""
        return self.entry.subject if self.entry and self.entry.kind in _OF_PAYOUTS else ""

    @property
    def day(self) -> date | None:
        """Its day, where the fact has a day and no time: a payout's arrival at the bank."""
        if self.own_day is not None:
            return self.own_day
        return self.entry.at.date() if self.entry and self.entry.kind is EntryKind.PAID else None

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Steps are sorted by their second, then by rank, then by their entry's id.

        By the second, because Stripe's instants have no fractions: a charge would come before the form that led
        to it.
        """
        return self.at.replace(microsecond=0), self.rank, self.entry.id if self.entry else 0


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """These steps in the order in which they happened."""
    return tuple(sorted(steps, key=lambda step: step.order))


def entry_step(entry: PostedEntry, titles: Mapping[int, str]) -> Step:
    """The step that an entry books; `titles` are the campaigns' by id."""
    campaign = titles.get(entry.campaign, "")
    text = _words(entry).format(of=campaign or "no campaign")
    return Step(entry.at, text, _about(entry), _signed(entry), entry, _rank(entry))


def payout_steps(entries: Iterable[PostedEntry], titles: Mapping[int, str]) -> list[Step]:
    """The steps of one payout. The day of its arrival begins before it was sent where both are one day."""
    entries = list(entries)
    sent = [entry.at for entry in entries if entry.kind is EntryKind.PAYOUT]
    steps = [entry_step(entry, titles) for entry in entries]
    return [replace(step, at=max([step.at, *sent])) if step.day else step for step in steps]


def bank_step(line: BankLineRow, before: Iterable[Step]) -> Step:
    """The line of the bank's own statement that a payout is: a day, which follows its arrival."""
    at = max([datetime.combine(line.day, time(), UTC), *(step.at for step in before)])
    text = f"On the bank's statement of {line.account}: {line.description}"
    return Step(at, text, "", line.amount, rank=ON_THE_STATEMENT, own_day=line.day, bank_line=line.id)


def share_of(step: Step, share: Money) -> Step:
    """A payout's step in the trace of one gift: the amount is the gift's, in a payout of so much."""
    return replace(step, amount=share, whole=step.amount) if share != step.amount else step


def _about(entry: PostedEntry) -> str:
    """The id that says most: the balance transaction if one is in the key, else the entry's subject."""
    return entry.key.split(":")[1] if entry.kind.rules.of_line else entry.subject


def _signed(entry: PostedEntry) -> Money:
    """The amount as it changed what is ours: negative when money left."""
    left = entry.credit is Account.STRIPE and entry.kind in (EntryKind.SETTLE, EntryKind.OTHER)
    return -entry.amount if left or entry.kind.rules.effect(entry.debit, entry.credit) < 0 else entry.amount


def _rank(entry: PostedEntry) -> int:
    """A payment settles before its refunds and disputes, and these before they settle."""
    leaves = entry.kind in _OF_PAYMENTS and entry.credit is Account.STRIPE and entry.kind is not EntryKind.FEE
    return _LATER if leaves else _RANKS.get(entry.kind, _LATER + 1)


def _words(entry: PostedEntry) -> str:
    if Account.FX in (entry.debit, entry.credit):
        return "Exchanged" if Account.CLEARING in (entry.debit, entry.credit) else "Exchanged, in Stripe's balance"
    return entry.kind.rules.sentence(entry.debit, entry.credit)
