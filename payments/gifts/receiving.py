"""Receiving a gift from any source: what becomes of the gift, its receipt, and the list of discrepancies. Pure.

A charge at Stripe is one source. Cash, a cheque and a bank transfer are others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.money import Money
from organisation.organisation import OrganisationProfile
from payments.gifts.gift import Gift, shares_of
from receipts.benefit import LegalFacts
from receipts.receipt import Draft, GiftAidStatus, ReceiptLine, receipt_style


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt says besides the gift: the lines of the donor's address, and whether Gift Aid was declared.

    `benefit` is what the donor got back, where the law of receipts asks for it.
    """

    address: tuple[str, ...] = ()
    gift_aid: GiftAidStatus | None = None
    benefit: LegalFacts = ()


NO_RECEIPT_FACTS = ReceiptFacts()


@dataclass(frozen=True, slots=True)
class Received:
    """Money that paid a gift.

    `amount` is what came, which may differ from what the gift asked for. `method` is the payment method as the receipt
    prints it. `subject` is what the money clears under (the payment), `source` the id of what brought it (the charge),
    `cause` the delivery or run that reported it. `day` is the organisation's calendar day of `at`. `language` is the
    donor's, for the receipt; nothing where it is not known. `payer` is the name that the payment carries, where the
    donor typed none: their gift and its receipt have it, and no public page. `facts` are for the receipt alone.
    """

    gift: Gift
    amount: Money
    at: datetime
    day: date
    method: str
    subject: str
    source: str
    cause: str
    language: str = ""
    payer: str = ""
    facts: ReceiptFacts = NO_RECEIPT_FACTS

    @property
    def donor_name(self) -> str:
        """Who gave, as the receipt names them."""
        return self.gift.donor.name or self.payer


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Money that is not what was asked for: another amount or currency, or a second payment of one gift."""

    received: Received
    why: str


@dataclass(frozen=True, slots=True)
class Reception:
    """What follows when money has come: gifts that are received now, the receipts due, and what a treasurer must see.

    `received` has each gift once; `issued_on` is the day of issue, in the organisation's time zone.
    """

    received: tuple[Received, ...]
    drafts: tuple[Draft, ...]
    discrepancies: tuple[Discrepancy, ...]
    issued_on: date


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues receipts: the organisation as it is at this moment.

    `verify_base` is the public address of the page that says whether a receipt is genuine; nothing where there is none.
    """

    profile: OrganisationProfile
    mode: str
    verify_base: str = ""


def receive(payments: Sequence[Received], issuer: Issuer, titles: Mapping[int, str], issued_on: date) -> Reception:
    """What follows from these payments; `titles` names the campaigns as the receipts print them."""
    first, later = _first_and_later(payments)
    odd = [Discrepancy(received, why) for received in first if (why := _difference(received))]
    odd += [Discrepancy(received, "second_payment") for received in later]
    drafts = tuple(_draft(received, issuer, titles) for received in first)
    return Reception(tuple(first), drafts, tuple(odd), issued_on)


def _first_and_later(payments: Iterable[Received]) -> tuple[list[Received], list[Received]]:
    """The payments that gifts are received by, and those that paid a gift once more.

    A gift is received once; another payment of it is booked, but has no receipt and is listed. A further charge of the
    gift's own payment is neither: a debit was taken back and collected again.
    """
    first: dict[str, Received] = {}
    later = []
    for received in sorted(payments, key=lambda received: (received.at, received.source)):
        gift = received.gift
        own = first[gift.id].subject if gift.id in first else gift.payment
        if own is None:
            first[gift.id] = received
        elif own != received.subject:
            later.append(received)
    return list(first.values()), later


def _difference(received: Received) -> str | None:
    """How the money differs from what was asked for, if it does."""
    asked, came = received.gift.amount, received.amount
    if asked.currency != came.currency:
        return "currency"
    return "amount" if asked != came else None


def _draft(received: Received, issuer: Issuer, titles: Mapping[int, str]) -> Draft:
    gift = received.gift
    shares = zip(gift.allocations, shares_of(received.amount, gift), strict=True)
    return Draft(
        gift_id=gift.id,
        given_on=received.day,
        donor_name=received.donor_name,
        lines=tuple(ReceiptLine(titles[share.campaign], amount) for share, amount in shares if amount),
        method=received.method,
        reference=gift.reference,
        organisation=issuer.profile.organisation,
        mode=issuer.mode,
        style=receipt_style(issuer.profile, received.language),
        donor_address=received.facts.address,
        gift_aid=received.facts.gift_aid,
        jurisdiction=issuer.profile.receipts.jurisdiction,
        verify_url=issuer.verify_base,
        legal_facts=issuer.profile.receipts.legal_facts + received.facts.benefit,
    )
