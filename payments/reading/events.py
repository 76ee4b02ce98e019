"""An event of Stripe's, read into happenings.

Plain dicts in, happenings out: Stripe's typed objects cost 0.6 to 1.5 ms each (docs/performance.md). There is one
reader for each type of event, which knows the shapes of every API version from 2024-06-20 to 2026-10-28.endive. A
missing field raises UnexpectedShape, which makes the delivery a dead letter; nothing is guessed. A fact has the instant
of the object that is the fact, not the instant at which we learn of it.
"""

from collections.abc import Callable, Mapping

from payments.reading.charges import charge_failed, charge_succeeded, charge_updated
from payments.reading.checkouts import (
    checkout_completed,
    checkout_expired,
    checkout_not_paid_later,
    checkout_paid_later,
)
from payments.reading.disputes import dispute_changed
from payments.reading.fields import object_of, text
from payments.reading.happenings import Happening
from payments.reading.invoices import invoice_paid, invoice_payment_failed, invoice_payment_paid
from payments.reading.payouts import payout_changed, payout_paid, payout_returned
from payments.reading.refunds import refund_created, refund_failed, refund_updated
from payments.reading.subscriptions import subscription_changed
from payments.stripe.objects import StripeObject

Reader = Callable[[StripeObject, StripeObject], tuple[Happening, ...]]
"""Takes an event and its object."""


def read(event: StripeObject) -> tuple[Happening, ...]:
    """The happenings that an event reports; none if the books do not depend on it.

    Raises UnexpectedShape, or UnknownCurrency for money in a currency that we keep no books in.
    """
    reader = _READERS.get(text(event, "type"))
    return reader(event, object_of(event)) if reader else ()


# Left out on purpose: charge.refunded and charge.refund.updated repeat what the refund's own events say, and an
# endpoint that subscribes to invoice.created must answer it before Stripe finalizes any invoice (up to 72 hours).
_READERS: Mapping[str, Reader] = {
    "charge.succeeded": charge_succeeded,
    "charge.updated": charge_updated,
    "charge.failed": charge_failed,
    "checkout.session.completed": checkout_completed,
    "checkout.session.async_payment_succeeded": checkout_paid_later,
    "checkout.session.async_payment_failed": checkout_not_paid_later,
    "checkout.session.expired": checkout_expired,
    "invoice.paid": invoice_paid,
    "invoice.payment_failed": invoice_payment_failed,
    "invoice_payment.paid": invoice_payment_paid,
    "customer.subscription.created": subscription_changed,
    "customer.subscription.updated": subscription_changed,
    "customer.subscription.deleted": subscription_changed,
    "customer.subscription.paused": subscription_changed,
    "customer.subscription.resumed": subscription_changed,
    "refund.created": refund_created,
    "refund.updated": refund_updated,
    "refund.failed": refund_failed,
    "charge.dispute.created": dispute_changed,
    "charge.dispute.updated": dispute_changed,
    "charge.dispute.closed": dispute_changed,
    "charge.dispute.funds_withdrawn": dispute_changed,
    "charge.dispute.funds_reinstated": dispute_changed,
    "payout.created": payout_changed,
    "payout.updated": payout_changed,
    "payout.paid": payout_paid,
    "payout.failed": payout_returned,
    "payout.canceled": payout_returned,
    "payout.reconciliation_completed": payout_changed,
}

# What an endpoint at Stripe must subscribe to (README, doctor).
EVENTS = tuple(_READERS)
