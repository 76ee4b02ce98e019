"""Which recurring gift asked for a payment, and the gift that the payment makes: the instalment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from payments import store
from payments.facts.heard import Heard, once, unknown
from payments.gifts import Gift
from payments.happenings import ChargeSucceeded, InvoicePaid, InvoiceTold, SubscriptionTold
from payments.recurring import store as recurring_store
from payments.recurring.recurring import Recurring, instalment


@dataclass(frozen=True, slots=True)
class Bill:
    """A payment's invoice, as far as it is known: whose it is may not have been told yet."""

    invoice: InvoiceTold | None
    recurring: Recurring | None

    @property
    def ours(self) -> bool | None:
        """Whether a recurring gift of ours asked for the payment; None while that was not told."""
        return None if self.invoice is None else self.recurring is not None


def tell_subscriptions(conn: Connection, heard: Heard) -> None:
    """Add facts: which subscription at Stripe carries out which standing instruction.

    The first that was told stays. A donor who pays two checkouts of one recurring gift has two subscriptions:
    that must not keep their money out of the books, which list the second first instalment as paid twice.
    """
    told = {one.recurring: one.subscription for one, _ in reversed(heard.of(SubscriptionTold))}
    kept = recurring_store.recurring_of(conn, told)
    bare = [one.id for one in kept.values() if one.subscription is None]
    recurring_store.link_subscriptions(conn, {one: told[one] for one in bare})


def tell_bills(conn: Connection, heard: Heard) -> dict[str, str]:
    """Add facts about invoices; returns the payments that something new was told of, each with its cause."""
    invoices = once(heard.of(InvoiceTold), lambda one: one.invoice, lambda one: (one.recurring, one.first))
    paid = once(heard.of(InvoicePaid), lambda one: one.payment, lambda one: (one.invoice,))
    kept = {one.invoice: (one.recurring, one.first) for one in recurring_store.invoices(conn, invoices).values()}
    new_invoices = unknown(invoices, kept, lambda one: (one.recurring, one.first))
    links = recurring_store.invoices_paid(conn, paid)
    new_links = unknown(paid, {payment: (links[payment],) for payment in links}, lambda one: (one.invoice,))
    recurring_store.add_invoices(conn, [one for one, _ in new_invoices])
    recurring_store.add_invoice_payments(conn, [one for one, _ in new_links])
    causes = {one.invoice: cause for one, cause in new_invoices}
    told = recurring_store.payments_of_invoices(conn, causes)
    return {payment: causes[told[payment]] for payment in told} | {one.payment: cause for one, cause in new_links}


def bills(conn: Connection, payments: Iterable[str]) -> dict[str, Bill]:
    """The invoices that these payments paid; payments without one are left out."""
    links = recurring_store.invoices_paid(conn, payments)
    invoices = recurring_store.invoices(conn, links.values())
    recurring = recurring_store.recurring_of(conn, (one.recurring for one in invoices.values()))
    found = {payment: invoices.get(invoice) for payment, invoice in links.items()}
    return {payment: Bill(one, recurring.get(one.recurring) if one else None) for payment, one in found.items()}


def gifts_of_bills(conn: Connection, charges: Sequence[ChargeSucceeded]) -> dict[str, Gift]:
    """For each charge that a recurring gift asked for, its gift: the pending first one, or a new instalment.

    Either is kept, with the recurring gift and the invoice named in it, when this returns.
    """
    found = bills(conn, [one.payment for one in charges])
    asked = {one.charge: found[one.payment] for one in charges if one.payment in found and found[one.payment].ours}
    firsts = store.gifts(conn, [bill.recurring.first_gift for bill in asked.values() if bill.recurring])
    gift_of: dict[str, str] = {}
    made: dict[str, Gift] = {}
    for one in sorted(charges, key=lambda one: one.charge):
        bill = asked.get(one.charge)
        if bill and bill.invoice and bill.recurring:
            gift = _gift(bill.invoice, bill.recurring, one, firsts)
            gift_of[one.charge] = made.setdefault(gift.id, gift).id
    kept = store.gifts(conn, made)
    store.add_gifts(conn, [made[identity] for identity in sorted(made.keys() - kept.keys())])
    store.name_invoices(conn, [made[one] for one in sorted(kept) if kept[one].invoice_id is None])
    return {charge: kept.get(identity, made[identity]) for charge, identity in gift_of.items()}


def _gift(invoice: InvoiceTold, recurring: Recurring, charge: ChargeSucceeded, firsts: dict[str, Gift]) -> Gift:
    if invoice.first:
        return replace(firsts[recurring.first_gift], recurring_id=recurring.id, invoice_id=invoice.invoice)
    return instalment(recurring, invoice.invoice, charge.amount, charge.at)
