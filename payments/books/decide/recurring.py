"""Recurring gifts: which invoice is whose, which payment paid it, and the gift that it makes: the instalment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from payments.books.decide.known import Known
from payments.books.decide.notice import Batch, Caused, FactsOf, new_facts
from payments.gifts.gift import Gift
from payments.gifts.recurring import Recurring, instalment
from payments.reading.happenings import (
    NO_RECURRING_GIFT,
    ChargeSucceeded,
    InvoicePaid,
    InvoiceReported,
    SubscriptionReported,
)

_INVOICES = FactsOf(lambda invoice: invoice.invoice, lambda invoice: (invoice.recurring, invoice.first))
_INVOICE_PAYMENTS = FactsOf(lambda paid: paid.payment, lambda paid: (paid.invoice,))


@dataclass(frozen=True, slots=True)
class Bill:
    """A payment's invoice, as far as it is known: whose it is may not have been reported yet."""

    invoice: InvoiceReported | None
    recurring: Recurring | None

    @property
    def ours(self) -> bool | None:
        """Whether a recurring gift of ours asked for the payment; None while that was not reported."""
        return None if self.invoice is None else self.recurring is not None


@dataclass(frozen=True, slots=True)
class DecidedInvoices:
    """`bills` is all that is known afterwards, by payment. `newly_linked` are payments, each with its cause."""

    subscriptions: Mapping[str, str]
    invoices: tuple[InvoiceReported, ...]
    named_later: tuple[InvoiceReported, ...]
    invoice_payments: tuple[InvoicePaid, ...]
    bills: Mapping[str, Bill]
    newly_linked: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Instalments:
    """The gifts that recurring gifts' charges paid: by charge; those that are new; and those kept, but not named."""

    gift_of_charge: Mapping[str, Gift]
    new: tuple[Gift, ...]
    named: tuple[Gift, ...]


def decide_invoices(known: Known, batch: Batch) -> DecidedInvoices:
    """Add facts about subscriptions and invoices."""
    new_invoices = _new_invoices(known, batch)
    new_payments = new_facts(batch.of(InvoicePaid), known.invoice_payments, _INVOICE_PAYMENTS)
    invoices = {**known.invoices, **{invoice.invoice: invoice for invoice, _ in new_invoices}}
    paid = {**known.invoice_payments, **{link.payment: link for link, _ in new_payments}}
    causes = {invoice.invoice: cause for invoice, cause in new_invoices}
    newly_linked = {payment: causes[link.invoice] for payment, link in paid.items() if link.invoice in causes}
    newly_linked |= {link.payment: cause for link, cause in new_payments}
    return DecidedInvoices(
        subscriptions=_subscriptions(known, batch),
        invoices=tuple(invoice for invoice, _ in new_invoices if invoice.invoice not in known.invoices),
        named_later=tuple(invoice for invoice, _ in new_invoices if invoice.invoice in known.invoices),
        invoice_payments=tuple(link for link, _ in new_payments),
        bills={payment: _bill(invoices.get(link.invoice), known) for payment, link in paid.items()},
        newly_linked=newly_linked,
    )


def _new_invoices(known: Known, batch: Batch) -> list[Caused[InvoiceReported]]:
    """The invoices that are new, and those that are named only now. One that names no gift says nothing of the others.

    Two reports that name different gifts, or of which only one is the first, raise ConflictingEntry.
    """
    named = [report for report in batch.of(InvoiceReported) if report[0].recurring != NO_RECURRING_GIFT]
    nameless = [report for report in batch.of(InvoiceReported) if report[0].recurring == NO_RECURRING_GIFT]
    known_by_name = {
        name: invoice for name, invoice in known.invoices.items() if invoice.recurring != NO_RECURRING_GIFT
    }
    new = {invoice.invoice: (invoice, cause) for invoice, cause in new_facts(named, known_by_name, _INVOICES)}
    for invoice, cause in nameless:
        if invoice.invoice not in known.invoices:
            new.setdefault(invoice.invoice, (invoice, cause))
    return [new[invoice] for invoice in sorted(new)]


def _subscriptions(known: Known, batch: Batch) -> dict[str, str]:
    """Which subscription carries out which recurring gift, where that is new.

    The first report stays. A donor who pays two checkouts of one recurring gift has two subscriptions: that must not
    keep their money out of the books, which list the second first instalment as paid twice.
    """
    first: dict[str, str] = {}
    for reported, _ in batch.of(SubscriptionReported):
        first.setdefault(reported.recurring, reported.subscription)
    return {
        recurring: subscription
        for recurring, subscription in first.items()
        if recurring in known.recurring and known.recurring[recurring].subscription is None
    }


def _bill(invoice: InvoiceReported | None, known: Known) -> Bill:
    return Bill(invoice, known.recurring.get(invoice.recurring) if invoice else None)


def decide_instalments(known: Known, invoices: DecidedInvoices, charges: Iterable[ChargeSucceeded]) -> Instalments:
    """For each charge that a recurring gift asked for, its gift: the pending first one, or a new instalment."""
    gift_of_charge: dict[str, Gift] = {}
    new: dict[str, Gift] = {}
    named: dict[str, Gift] = {}
    for charge in sorted(charges, key=lambda charge: charge.charge):
        bill = invoices.bills.get(charge.payment)
        if bill is None or bill.invoice is None or bill.recurring is None:
            continue
        gift = _instalment(bill.invoice, bill.recurring, charge, known)
        if gift.id not in known.gifts:
            gift = new.setdefault(gift.id, gift)
        elif known.gifts[gift.id].invoice_id is None:
            named[gift.id] = gift
        gift_of_charge[charge.charge] = known.gifts.get(gift.id, gift)
    return Instalments(gift_of_charge, _by_id(new), _by_id(named))


def _instalment(invoice: InvoiceReported, recurring: Recurring, charge: ChargeSucceeded, known: Known) -> Gift:
    if invoice.first:
        return replace(known.gifts[recurring.first_gift], recurring_id=recurring.id, invoice_id=invoice.invoice)
    return instalment(recurring, invoice.invoice, charge.amount, charge.at)


def _by_id(gifts: Mapping[str, Gift]) -> tuple[Gift, ...]:
    return tuple(gifts[identity] for identity in sorted(gifts))
