"""Which gift a charge paid: charges and their links to gifts, joined in any order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from payments.books.decide.changes import ChargeChanges
from payments.books.decide.checkouts import DecidedCheckouts
from payments.books.decide.entries import PaidBy
from payments.books.decide.known import BookedCharge, Known
from payments.books.decide.notice import Batch, FactsOf, new_facts
from payments.books.decide.recurring import DecidedInvoices, Instalments, decide_instalments
from payments.gifts.gift import Gift
from payments.reading.happenings import ChargeSucceeded, GiftAdopted

_CHARGES = FactsOf(lambda charge: charge.charge, lambda charge: (charge.payment, charge.amount))


@dataclass(frozen=True, slots=True)
class PaidGift:
    """A gift and a charge that paid it, joined by this batch. `linked`: by a session or an invoice."""

    gift: Gift
    charge: ChargeSucceeded
    cause: str
    linked: bool


@dataclass(frozen=True, slots=True)
class DecidedCharges:
    """Which gifts were paid by this batch, and the charges as they are known afterwards.

    `newly_linked` are the payments of which a session or an invoice was reported, `causes` those and the payments of
    `paid`: each with its cause. `paid_by` has the gift by its payment and by each charge; `newly_paid` are the payments
    whose gift this batch makes known.
    """

    changes: ChargeChanges
    instalments: Instalments
    paid: tuple[PaidGift, ...]
    charges: Mapping[str, BookedCharge]
    newly_linked: Mapping[str, str]
    causes: Mapping[str, str]
    paid_by: Mapping[str, PaidBy]
    newly_paid: frozenset[str]


def decide_charges(
    known: Known, batch: Batch, links: tuple[DecidedCheckouts, DecidedInvoices], mark: str
) -> DecidedCharges:
    """Join the new charges, and those that waited for one of the new links, with their gifts.

    A charge that names a gift which is not kept here is a stranger's, unless it carries our own mark: then it is kept
    with the gift's name, and listed. Its gift may be adopted later.
    """
    checkouts, invoices = links
    known_charges = {charge: booked.fact for charge, booked in known.charges.items()}
    new = new_facts(batch.of(ChargeSucceeded), known_charges, _CHARGES)
    adopted = {fact.payment: cause for fact, cause in batch.of(GiftAdopted)}
    newly_linked = {**checkouts.newly_linked, **invoices.newly_linked, **adopted}
    marked = {charge.charge: gift for charge, _ in new if (gift := known.gifts.get(charge.gift or ""))}
    waited = _waited(known, newly_linked, certain={charge.payment for charge, _ in new if charge.charge in marked})
    unmarked = [charge for charge, _ in (*new, *waited) if charge.charge not in marked]
    by_session = _by_session(known, checkouts, unmarked)
    by_name = {charge.charge: gift for charge, _ in waited if (gift := known.gifts.get(charge.gift or ""))}
    by_invoice = decide_instalments(
        known, invoices, [charge for charge in unmarked if charge.charge not in {**by_session, **by_name}]
    )
    linked = {**by_name, **by_session, **by_invoice.gift_of_charge}
    gift_of = {**marked, **linked}
    changes = ChargeChanges(
        new=tuple(_booked(charge, gift_of, known, mark) for charge, _ in new),
        claimed={charge.charge: linked[charge.charge].id for charge, _ in waited if charge.charge in linked},
    )
    paid = tuple(
        PaidGift(gift_of[charge.charge], charge, cause, charge.charge in linked)
        for charge, cause in (*new, *waited)
        if charge.charge in gift_of
    )
    return _decided(known, changes, by_invoice, paid, newly_linked)


def _decided(
    known: Known,
    changes: ChargeChanges,
    instalments: Instalments,
    paid: tuple[PaidGift, ...],
    newly_linked: Mapping[str, str],
) -> DecidedCharges:
    charges = _afterwards(known, changes)
    return DecidedCharges(
        changes=changes,
        instalments=instalments,
        paid=paid,
        charges=charges,
        newly_linked=newly_linked,
        causes={**newly_linked, **{joined.charge.payment: joined.cause for joined in paid}},
        paid_by=_paid_by(known, charges, paid),
        newly_paid=_newly_paid(known, paid),
    )


def _waited(known: Known, newly_linked: Mapping[str, str], certain: set[str]) -> Sequence[tuple[ChargeSucceeded, str]]:
    """The kept charges without a gift whose payment was linked now, each with the cause of the link.

    Charges of one payment carry the same metadata: none waits for a link while another names its gift.
    """
    return [
        (booked.fact, newly_linked[booked.fact.payment])
        for _, booked in sorted(known.charges.items())
        if booked.gift is None and booked.fact.payment in newly_linked and booked.fact.payment not in certain
    ]


def _afterwards(known: Known, changes: ChargeChanges) -> dict[str, BookedCharge]:
    charges = dict(known.charges) | {booked.fact.charge: booked for booked in changes.new}
    for charge, gift in changes.claimed.items():
        charges[charge] = BookedCharge(charges[charge].fact, gift)
    return charges


def _paid_by(known: Known, charges: Mapping[str, BookedCharge], paid: Sequence[PaidGift]) -> dict[str, PaidBy]:
    """By payment, and by charge: the gift, and what was charged for it.

    Charges of one payment are of one amount, the payment intent's: what goes back is split the same by any of them.
    """
    joined = {paid_gift.charge.charge: paid_gift.gift for paid_gift in paid}
    paid_by = {}
    for charge, booked in charges.items():
        gift = joined.get(charge) or (known.gifts.get(booked.gift) if booked.gift else None)
        if gift:
            paid_by[charge] = paid_by[booked.fact.payment] = PaidBy(gift, booked.fact.amount)
    return paid_by


def _by_session(known: Known, checkouts: DecidedCheckouts, unmarked: Sequence[ChargeSucceeded]) -> dict[str, Gift]:
    return {
        charge.charge: known.gifts[checkouts.gift_of_intent[charge.payment]]
        for charge in unmarked
        if charge.payment in checkouts.gift_of_intent
    }


def _newly_paid(known: Known, paid: Sequence[PaidGift]) -> frozenset[str]:
    before = {booked.fact.payment for booked in known.charges.values() if booked.gift}
    return frozenset(joined.charge.payment for joined in paid) - before


def _booked(charge: ChargeSucceeded, gift_of: Mapping[str, Gift], known: Known, mark: str) -> BookedCharge:
    return BookedCharge(_without_strangers_gift(charge, known, mark), _id_of(gift_of.get(charge.charge)))


def _without_strangers_gift(charge: ChargeSucceeded, known: Known, mark: str) -> ChargeSucceeded:
    ours = charge.gift in known.gifts or (mark != "" and charge.mark == mark)
    return charge if ours or charge.gift is None else replace(charge, gift=None)


def _id_of(gift: Gift | None) -> str | None:
    return gift.id if gift else None
