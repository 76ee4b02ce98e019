"""Which entries follow from a line of Stripe's balance. Pure.

Every line moves the `stripe` account by its amount less its fee, so that the account is Stripe's balance, line by line.
The other account says what the money was. The fee of a gift's line is split over the campaigns as the gift is; where
no gift is known, or none is behind it, it stands whole and without a campaign.
"""

from dataclasses import dataclass, replace
from datetime import date, tzinfo

from ledger.accounts import Account
from ledger.entry import NO_CAMPAIGN, Entry, book_date
from ledger.kinds import EntryKind
from ledger.money import Money
from payments.books.decide.entries import PaidBy, parts_by_share
from payments.reading.happenings import BalanceLine, Category

# Lines of a payment, which may be ours or not; all other lines are the Stripe account's own.
OF_PAYMENTS = frozenset({Category.PAYMENT, Category.REFUND, Category.DISPUTE})

_OF_PAYOUTS = frozenset({Category.PAYOUT, Category.PAYOUT_RETURNED})
# The kind of entry, and the account that stands against `stripe`.
_OWN = {
    Category.PAYOUT: (EntryKind.PAYOUT, Account.IN_TRANSIT),
    Category.PAYOUT_RETURNED: (EntryKind.PAYOUT_FAILED, Account.IN_TRANSIT),
    Category.STRIPE_FEE: (EntryKind.STRIPE_FEE, Account.FEES),
    Category.TOP_UP: (EntryKind.TOP_UP, Account.BANK),
    Category.ADJUSTMENT: (EntryKind.ADJUSTMENT, Account.ADJUSTMENTS),
    Category.OTHER: (EntryKind.OTHER, Account.OTHER),
    Category.UNKNOWN: (EntryKind.SUSPENSE, Account.SUSPENSE),
}


def line_entries(line: BalanceLine, ours: bool, paid: PaidBy | None, zone: tzinfo, cause: str) -> list[Entry]:
    """The line enters the books. `ours`: whether the payment behind it is a gift's (of a payment's line).

    `paid` is that gift, if it is known.
    """
    of_payment = line.category in OF_PAYMENTS
    settles = of_payment and ours
    of_line = _Movement(line, line.subject if settles or line.category in _OF_PAYOUTS else line.id, zone, cause)
    if settles:
        booked = _settled(of_line)
    else:
        kind, account = _OWN[Category.OTHER if of_payment else line.category]
        booked = of_line.entry(kind, Account.STRIPE, account, line.amount)
    return booked + (_fee_by_share(of_line, paid) if settles and paid else _whole_fee(of_line))


def found_ours_entries(line: BalanceLine, paid: PaidBy | None, zone: tzinfo, cause: str) -> list[Entry]:
    """A line that was booked as not ours turns out to be ours: the first entry is reversed, and the line settles.

    It happens only when Stripe's balance was read before Stripe could say whose the payment was. The fee stays whole
    until its gift is known.
    """
    booked = _Movement(line, line.id, zone, cause)
    undone = booked.entry(EntryKind.OURS, Account.STRIPE, Account.OTHER, -line.amount)
    reversals = [replace(entry, reverses=EntryKind.OTHER.key(line.id)) for entry in undone]
    settled = _settled(replace(booked, subject=line.subject))
    return reversals + settled + (shared_fee_entries(line, paid, zone, cause) if paid else [])


def shared_fee_entries(line: BalanceLine, paid: PaidBy, zone: tzinfo, cause: str) -> list[Entry]:
    """A fee was booked whole, and its gift is known now: that is reversed, and each campaign has its part."""
    of_line = _Movement(line, line.subject, zone, cause)
    undone = [
        replace(
            entry,
            key=EntryKind.FEE_SHARED.key(line.id),
            kind=EntryKind.FEE_SHARED,
            debit=entry.credit,
            credit=entry.debit,
            reverses=entry.key,
        )
        for entry in _whole_fee(of_line)
    ]
    return undone + _fee_by_share(of_line, paid)


def found_strangers_entries(line: BalanceLine, zone: tzinfo, cause: str) -> list[Entry]:
    """A line that settled as ours turns out to be a stranger's: that is reversed, and it is booked as other money.

    No gift was ever known of it, so that its fee is whole, and stays as it is.
    """
    settled = _settled(_Movement(line, line.subject, zone, cause))
    reversals = [
        replace(
            entry,
            key=EntryKind.NOT_OURS.key(*entry.key.split(":")[1:]),
            kind=EntryKind.NOT_OURS,
            debit=entry.credit,
            credit=entry.debit,
            reverses=entry.key,
        )
        for entry in settled
    ]
    booked = _Movement(line, line.id, zone, cause)
    return reversals + booked.entry(EntryKind.OTHER, Account.STRIPE, Account.OTHER, line.amount)


@dataclass(frozen=True, slots=True)
class _Movement:
    """What the entries of one line have in common."""

    line: BalanceLine
    subject: str
    zone: tzinfo
    cause: str
    campaign: int = NO_CAMPAIGN
    gift: str | None = None

    def entry(self, kind: EntryKind, debit: Account, credit: Account, amount: Money, *side: str) -> list[Entry]:
        """One entry, with debit and credit swapped when the amount is negative; none for zero."""
        if not amount:
            return []
        into = amount.minor > 0
        return [
            Entry(
                key=kind.key(self.line.id, *side),
                kind=kind,
                debit=debit if into else credit,
                credit=credit if into else debit,
                amount=amount if into else -amount,
                subject=self.subject,
                occurred_at=self.line.at,
                book_date=self._day(),
                cause=self.cause,
                campaign=self.campaign,
                gift=self.gift,
            )
        ]

    def _day(self) -> date:
        return book_date(self.line.at, self.zone)


def _whole_fee(of_line: _Movement) -> list[Entry]:
    return of_line.entry(EntryKind.FEE, Account.STRIPE, _fee_account(of_line.line), -of_line.line.fee)


def _fee_by_share(of_line: _Movement, paid: PaidBy) -> list[Entry]:
    """The fee, off the campaigns that the gift is counted for, as what goes back of it is."""
    account = _fee_account(of_line.line)
    return [
        entry
        for share, part in parts_by_share(of_line.line.fee, paid)
        for entry in replace(of_line, campaign=share.campaign, gift=paid.gift.id).entry(
            EntryKind.FEE, Account.STRIPE, account, -part, str(share.n)
        )
    ]


def _fee_account(line: BalanceLine) -> Account:
    return Account.DISPUTE_FEES if line.category is Category.DISPUTE else Account.FEES


def _settled(of_line: _Movement) -> list[Entry]:
    """The line clears what was booked for its payment, refund or dispute, under the same subject.

    Where the donor's currency is not the balance's, it leaves clearing in the one and enters the balance in the other,
    each amount as Stripe counted it (never by its rate, which is a rounded decimal).
    """
    line = of_line.line
    if line.original is None or line.original.currency == line.amount.currency:
        return of_line.entry(EntryKind.SETTLE, Account.STRIPE, Account.CLEARING, line.amount)
    return [
        *of_line.entry(EntryKind.SETTLE, Account.FX, Account.CLEARING, line.original, "from"),
        *of_line.entry(EntryKind.SETTLE, Account.STRIPE, Account.FX, line.amount, "to"),
    ]
