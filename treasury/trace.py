"""A trace: everything that happened to one gift, from the donor's click to the line on the bank statement.

Values, and the words for them. What is not there yet is said as well, with the reason why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.accounts import Account
from ledger.money import Money
from treasury.store_trace import Posted

# At one instant: what was told, then what follows from it.
ASKED, OPENED, CHARGED, RECEIPTED = 0, 1, 2, 4
_RANKS = {"gift": 3, "settle": 5, "other": 5, "ours": 5, "fee": 6, "payment_failed": 7, "refund": 7, "dispute": 7}
_LATER = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: in words, about which id, how much, and the entry that books it (if any does)."""

    at: datetime
    what: str
    about: str = ""
    amount: Money | None = None
    posted: Posted | None = None
    rank: int = 0

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Steps are told in the order in which they happened; in one second, what was told before what follows.

        Stripe writes whole seconds, and would else seem to come before what led to it.
        """
        return self.at.replace(microsecond=0), self.rank, self.posted.id if self.posted else 0


@dataclass(frozen=True, slots=True)
class Part:
    """Something that has a trace of its own: an instalment, a payment in a payout."""

    id: str
    what: str
    at: datetime
    amount: Money


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known about one thing. `missing` says what is not there yet, and why."""

    what: str
    id: str
    heading: str
    donor: str
    steps: tuple[Step, ...]
    missing: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    parts_in_all: int = 0

    @property
    def entries(self) -> list[Posted]:
        """Only the entries."""
        return [step.posted for step in self.steps if step.posted]


class NoTrace(LookupError):
    """Nothing here goes by that name."""


class SeveralTraces(LookupError):
    """More than one thing goes by that name: the ids of all of them."""


def in_order(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Steps as they are told."""
    return tuple(sorted(steps, key=lambda step: step.order))


def entry_step(posted: Posted, titles: Mapping[int, str]) -> Step:
    """An entry in words."""
    of = titles.get(posted.campaign, "")
    what = _words(posted).format(of=of or "no campaign")
    return Step(posted.at, what, _about(posted), _signed(posted), posted, _rank(posted))


def only(of: Money, whole: Step) -> Step:
    """A payout's step in the trace of one gift: how much of it is the gift's."""
    return replace(whole, what=f"{whole.what}: {of} of it from this gift") if of != whole.amount else whole


def _about(posted: Posted) -> str:
    """The id that says most: of what settles, the balance transaction; else what the entry is about."""
    return posted.key.split(":")[1] if posted.kind in _OF_LINES else posted.subject


def _signed(posted: Posted) -> Money:
    """What it did to us: negative when money went."""
    gone = posted.debit in _LOSSES or (posted.credit is Account.STRIPE and posted.kind in _OF_PAYMENTS)
    return -posted.amount if gone else posted.amount


def _rank(posted: Posted) -> int:
    """A payment settles before what is given back of it, and that before it settles."""
    back = posted.kind in _OF_PAYMENTS and posted.credit is Account.STRIPE and posted.kind != "fee"
    return _LATER if back else _RANKS.get(posted.kind, _LATER + 1)


def _words(posted: Posted) -> str:
    if Account.FX in (posted.debit, posted.credit):
        return "Exchanged" if Account.CLEARING in (posted.debit, posted.credit) else "Exchanged, in Stripe's balance"
    rises = _RISES.get(posted.kind)
    up, down = _WORDS.get(posted.kind, (f"{posted.kind.replace('_', ' ').capitalize()}", ""))
    return up if rises is None or posted.debit is rises or not down else down


# Kinds whose keys name the balance transaction.
_OF_LINES = {"settle", "fee", "other", "ours", "stripe_fee", "payout", "payout_failed", "adjustment", "suspense"}
_LOSSES = {Account.REFUNDS, Account.DISPUTE_LOSSES}
_OF_PAYMENTS = {"settle", "other", "fee", "stripe_fee"}
_RISES = {
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
    "gift": ("Counted for {of}", ""),
    "payment_failed": ("Failed after all: taken off {of}", ""),
    "refund": ("Refund agreed: taken off {of}", ""),
    "refund_failed": ("Refund failed: counted for {of} again", ""),
    "dispute": ("Disputed: taken off {of}", "Given back by the bank: counted for {of} again"),
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
