"""The steps of a trace: what happened to money, in words and in order, with the entry that books each step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.accounts import Account
from ledger.money import Money
from proof.store_trace import PostedEntry

# Steps of the same second are sorted by these ranks, so that a cause comes before its effect.
ASKED, OPENED, CHARGED, RECEIPTED = 0, 1, 2, 4
_RANKS = {"gift": 3, "settle": 5, "other": 5, "ours": 5, "fee": 6, "payment_failed": 7, "refund": 7, "dispute": 7}
_LATER = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: in words, the id that it is about, how much, and the entry that books it, if any."""

    at: datetime
    text: str
    about: str = ""
    amount: Money | None = None
    entry: PostedEntry | None = None
    rank: int = 0

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
    text = _words(entry).format(campaign=campaign or "no campaign")
    return Step(entry.at, text, _about(entry), _signed(entry), entry, _rank(entry))


def share_of(step: Step, share: Money) -> Step:
    """A payout's step in the trace of one gift: the text adds how much of the payout is the gift's."""
    return replace(step, text=f"{step.text}: {share} of it from this gift") if share != step.amount else step


def _about(entry: PostedEntry) -> str:
    """The id that says most: the balance transaction if one is in the key, else the entry's subject."""
    return entry.key.split(":")[1] if entry.kind in _KEYED_BY_LINE else entry.subject


def _signed(entry: PostedEntry) -> Money:
    """The amount as it changed what is ours: negative when money left."""
    left = entry.debit in _LOSSES or (entry.credit is Account.STRIPE and entry.kind in _OF_PAYMENTS)
    return -entry.amount if left else entry.amount


def _rank(entry: PostedEntry) -> int:
    """A payment settles before its refunds and disputes, and these before they settle."""
    leaves = entry.kind in _OF_PAYMENTS and entry.credit is Account.STRIPE and entry.kind != "fee"
    return _LATER if leaves else _RANKS.get(entry.kind, _LATER + 1)


def _words(entry: PostedEntry) -> str:
    if Account.FX in (entry.debit, entry.credit):
        return "Exchanged" if Account.CLEARING in (entry.debit, entry.credit) else "Exchanged, in Stripe's balance"
    rising = _RISING.get(entry.kind)
    up, down = _WORDS.get(entry.kind, (f"{entry.kind.replace('_', ' ').capitalize()}", ""))
    return up if rising is None or entry.debit is rising or not down else down


# Kinds of entry whose keys name the balance transaction.
_KEYED_BY_LINE = {
    "settle", "fee", "other", "ours", "stripe_fee", "payout", "payout_failed", "adjustment", "suspense",
}  # fmt: skip
_LOSSES = {Account.REFUNDS, Account.DISPUTE_LOSSES}
_OF_PAYMENTS = {"settle", "other", "fee", "stripe_fee"}
# A kind's first words are for a debit of this account, its second words for the reverse.
_RISING = {
    "settle": Account.STRIPE,
    "other": Account.STRIPE,
    "dispute": Account.DISPUTE_LOSSES,
    "fee": Account.STRIPE,
    "payout": Account.IN_TRANSIT,
    "paid": Account.BANK,
    "unpaid": Account.IN_TRANSIT,
    "payout_failed": Account.STRIPE,
    "adjustment": Account.STRIPE,
    "top_up": Account.STRIPE,
    "suspense": Account.STRIPE,
}
_WORDS = {
    "gift": ("Counted for {campaign}", ""),
    "payment_failed": ("Failed after all: taken off {campaign}", ""),
    "refund": ("Refund agreed: taken off {campaign}", ""),
    "refund_failed": ("Refund failed: counted for {campaign} again", ""),
    "dispute": ("Disputed: taken off {campaign}", "Given back by the bank: counted for {campaign} again"),
    "settle": ("Seen in Stripe's balance", "Left Stripe's balance"),
    "other": ("Seen in Stripe's balance, not ours", "Left Stripe's balance, not ours"),
    "ours": ("Known to be ours after all", ""),
    "fee": ("Stripe gave a fee back", "Stripe's fee"),
    "stripe_fee": ("Stripe's own fee", ""),
    "payout": ("Sent to the bank", "Asked back from the bank"),
    "payout_failed": ("Came back from the bank to Stripe", "Settled with the bank"),
    "paid": ("Arrived at the bank", "Taken from the bank"),
    "unpaid": ("Gone from the bank again", "Back at the bank"),
    "adjustment": ("Stripe released money", "Stripe holds money back"),
    "top_up": ("Paid in from the bank", "Paid back to the bank"),
    "suspense": ("Of a kind that nobody knows", "Of a kind that nobody knows"),
    "opening": ("In Stripe's balance before our books", ""),
}
