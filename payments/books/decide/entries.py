"""Which entries follow from which facts. Pure: reads no clock and no table.

A fact about a payment is split over the campaigns as the payment itself was, so that what is given back comes
off where it was counted; each part depends on the amount and the weights alone, never on other refunds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from ledger.accounts import Account
from ledger.entry import Entry, book_date, start_of_day
from ledger.kinds import EntryKind
from ledger.money import Money
from payments.gifts.gift import Allocation, Gift, shares_of, split
from payments.gifts.receiving import Received
from payments.reading.happenings import (
    DisputeFundsMoved,
    PaymentFailed,
    PayoutArrived,
    PayoutReturned,
    RefundAgreed,
    RefundFailed,
)

Withdrawal = RefundAgreed | RefundFailed | DisputeFundsMoved | PaymentFailed


@dataclass(frozen=True, slots=True)
class PaidBy:
    """A gift, and the amount of a charge that paid it (or paid it once more)."""

    gift: Gift
    amount: Money


def gift_entries(received: Received, parents: Mapping[int, int]) -> list[Entry]:
    """The gift enters the books as it was charged, one entry for each allocation.

    Keys name the charge, because a payment may have several (docs/decisions/0008); all clear under the payment.
    `parents` names the campaign of each group. What a parent has of a gift to its group is booked as a share, so that
    the gift counts once.
    """
    gift = received.gift
    shares = zip(gift.allocations, shares_of(received.amount, gift), strict=True)
    parts = [(allocation, amount) for allocation, amount in shares if amount]
    sharing = {parents.get(allocation.campaign) for allocation, _ in parts}
    return [
        Entry(
            key=EntryKind.GIFT.key(received.source, allocation.n),
            kind=EntryKind.GIFT,
            debit=Account.CLEARING,
            credit=Account.SHARES if allocation.campaign in sharing else Account.GIFTS,
            amount=amount,
            subject=received.subject,
            campaign=allocation.campaign,
            gift=gift.id,
            occurred_at=received.at,
            book_date=received.day,
            cause=received.cause,
        )
        for allocation, amount in parts
    ]


def withdrawal_entries(fact: Withdrawal, paid: PaidBy, zone: tzinfo, cause: str) -> list[Entry]:
    """What was given back or taken back (or is ours again), off the campaigns that the gift was counted for."""
    kind, identity, subject, account = _words(fact)
    return [
        Entry(
            key=kind.key(identity, share.n),
            kind=kind,
            debit=account if part.minor > 0 else Account.CLEARING,
            credit=Account.CLEARING if part.minor > 0 else account,
            amount=part if part.minor > 0 else -part,
            subject=subject,
            campaign=share.campaign,
            gift=paid.gift.id,
            occurred_at=fact.at,
            book_date=book_date(fact.at, zone),
            cause=cause,
        )
        for share, part in withdrawn_parts(fact, paid)
    ]


def _words(fact: Withdrawal) -> tuple[EntryKind, str, str, Account]:
    """Kind, what the key names, subject, and the account that the campaign's loss is booked to."""
    match fact:
        case RefundAgreed():
            return EntryKind.REFUND, fact.refund, fact.refund, Account.REFUNDS
        case RefundFailed():
            return EntryKind.REFUND_FAILED, fact.refund, fact.refund, Account.REFUNDS
        case DisputeFundsMoved():
            return EntryKind.DISPUTE, fact.line, fact.dispute, Account.DISPUTE_LOSSES
        case PaymentFailed():
            return EntryKind.PAYMENT_FAILED, fact.charge, fact.payment, Account.REFUNDS


def _withdrawn(fact: Withdrawal) -> Money:
    """What campaigns lose by it; negative when they get it again. A dispute's own sign is the balance's."""
    return -fact.amount if isinstance(fact, RefundFailed | DisputeFundsMoved) else fact.amount


def withdrawn_parts(fact: Withdrawal, paid: PaidBy) -> list[tuple[Allocation, Money]]:
    """What each share loses by it; negative when it gets it again. A part of nothing is none.

    A refund takes what was chosen, where the gift has those shares. Everything else is split by what each share was
    charged: largest remainder, ties by n.
    """
    amount = _withdrawn(fact)
    chosen = dict(fact.parts) if isinstance(fact, RefundAgreed | RefundFailed) else {}
    shares = paid.gift.allocations
    if chosen and chosen.keys() <= {share.n for share in shares}:
        sign = 1 if amount.minor > 0 else -1
        return [(share, Money(sign * chosen[share.n], amount.currency)) for share in shares if share.n in chosen]
    return parts_by_share(amount, paid)


def parts_by_share(amount: Money, paid: PaidBy) -> list[tuple[Allocation, Money]]:
    """An amount by what each share was charged: largest remainder, ties by n. A part of nothing is none.

    The amount may be in another currency than the gift, as a fee is where Stripe holds other money than was given.
    """
    weights = [part.minor for part in shares_of(paid.amount, paid.gift)]
    parts = zip(paid.gift.allocations, split(amount, weights), strict=True)
    return [(share, part) for share, part in parts if part]


def paid_entry(fact: PayoutArrived, cause: str) -> Entry:
    """A payout reached the bank; a negative one was taken from it. Its day is the bank's, not a zone's."""
    return _at_the_bank(EntryKind.PAID, fact.payout, fact.amount, start_of_day(fact.day), fact.day, cause)


def unpaid_entry(fact: PayoutReturned, day: date, cause: str) -> Entry:
    """A payout that had arrived came back on this day, which is the same the other way round."""
    return _at_the_bank(EntryKind.UNPAID, fact.payout, -fact.amount, fact.at, day, cause)


def _at_the_bank(kind: EntryKind, payout: str, came: Money, at: datetime, day: date, cause: str) -> Entry:
    into = came.minor > 0
    return Entry(
        key=kind.key(payout),
        kind=kind,
        debit=Account.BANK if into else Account.IN_TRANSIT,
        credit=Account.IN_TRANSIT if into else Account.BANK,
        amount=came if into else -came,
        subject=payout,
        occurred_at=at,
        book_date=day,
        cause=cause,
    )


def opening_entry(amount: Money, at: datetime, zone: tzinfo, cause: str) -> Entry | None:
    """What Stripe's balance held before our first mark; none when it held nothing."""
    if not amount:
        return None
    there = amount.minor > 0
    return Entry(
        key=EntryKind.OPENING.key(amount.currency),
        kind=EntryKind.OPENING,
        debit=Account.STRIPE if there else Account.OPENING,
        credit=Account.OPENING if there else Account.STRIPE,
        amount=amount if there else -amount,
        subject="opening",
        occurred_at=at,
        book_date=book_date(at, zone),
        cause=cause,
    )
