"""A trace: everything that happened to one gift, from the donor's click to the line on the bank statement.

Values, and the words for them. What is not there yet is said as well, with the reason why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.accounts import Account
from ledger.kinds import EntryKind
from ledger.money import Money
from treasury.store_trace import Posted

# At one instant: what was told, then what follows from it.
ASKED, OPENED, CHARGED, RECEIPTED = 0, 1, 2, 4
_RANKS = {
    EntryKind.GIFT: 3, EntryKind.SETTLE: 5, EntryKind.OTHER: 5, EntryKind.OURS: 5, EntryKind.FEE: 6,
    EntryKind.PAYMENT_FAILED: 7, EntryKind.REFUND: 7, EntryKind.DISPUTE: 7,
}  # fmt: skip
_LATER = 8
_OF_PAYMENTS = {EntryKind.SETTLE, EntryKind.OTHER, EntryKind.FEE, EntryKind.STRIPE_FEE}


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
    return posted.key.split(":")[1] if posted.kind.rules.of_line else posted.subject


def _signed(posted: Posted) -> Money:
    """What it did to us: negative when money went."""
    left = posted.credit is Account.STRIPE and posted.kind in (EntryKind.SETTLE, EntryKind.OTHER)
    return -posted.amount if left or posted.kind.rules.effect(posted.debit, posted.credit) < 0 else posted.amount


def _rank(posted: Posted) -> int:
    """A payment settles before what is given back of it, and that before it settles."""
    back = posted.kind in _OF_PAYMENTS and posted.credit is Account.STRIPE and posted.kind is not EntryKind.FEE
    return _LATER if back else _RANKS.get(posted.kind, _LATER + 1)


def _words(posted: Posted) -> str:
    if Account.FX in (posted.debit, posted.credit):
        return "Exchanged" if Account.CLEARING in (posted.debit, posted.credit) else "Exchanged, in Stripe's balance"
    return posted.kind.rules.sentence(posted.debit, posted.credit)
