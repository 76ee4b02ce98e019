"""An event of Stripe's, read into happenings.

Plain dicts in, happenings out: Stripe's typed objects cost 0.6 to 1.5 ms each (docs/performance.md). One reader for
each type knows the shapes of every API version from 2024-06-20 to 2026-10-28.endive. A field that must be there and
is not raises Misshapen, which makes the delivery a dead letter; nothing is guessed. Facts carry the instant of the
object that is the fact, not of our hearing about it.
"""

from collections.abc import Mapping

from payments.gifts.gift import GiftState
from payments.reading import charges, checkouts, disputes, invoices, payouts, refunds, subscriptions
from payments.reading.checkouts import Reader
from payments.reading.happenings import Happening
from payments.reading.shapes import Object, about, text


def read(event: Object) -> tuple[Happening, ...]:
    """The happenings that an event tells of; none when it tells nothing that we keep books of.

    Raises Misshapen, or UnknownCurrency for money in a currency that we keep no books in.
    """
    reader = _READERS.get(text(event, "type"))
    return reader(event, about(event)) if reader else ()


# Not here on purpose: charge.refunded and charge.refund.updated repeat what the refund's own events say, and
# invoice.created is a promise to answer before Stripe finalizes any invoice (up to 72 hours' delay).
_READERS: Mapping[str, Reader] = {
    "charge.succeeded": charges.succeeded,
    "charge.updated": charges.updated,
    "charge.failed": charges.failed,
    "checkout.session.completed": checkouts.completed,
    "checkout.session.async_payment_succeeded": checkouts.told(None),
    "checkout.session.async_payment_failed": checkouts.told(GiftState.FAILED),
    "checkout.session.expired": checkouts.told(GiftState.EXPIRED),
    "invoice.paid": invoices.paid,
    "invoice.payment_failed": invoices.unpaid,
    "invoice_payment.paid": invoices.payment_paid,
    "customer.subscription.created": subscriptions.told,
    "customer.subscription.updated": subscriptions.told,
    "customer.subscription.deleted": subscriptions.told,
    "customer.subscription.paused": subscriptions.told,
    "customer.subscription.resumed": subscriptions.told,
    "refund.created": refunds.told,
    "refund.updated": refunds.changed,
    "refund.failed": refunds.failed,
    "charge.dispute.created": disputes.told,
    "charge.dispute.updated": disputes.told,
    "charge.dispute.closed": disputes.told,
    "charge.dispute.funds_withdrawn": disputes.told,
    "charge.dispute.funds_reinstated": disputes.told,
    "payout.created": payouts.told,
    "payout.updated": payouts.told,
    "payout.paid": payouts.arrived,
    "payout.failed": payouts.returned,
    "payout.canceled": payouts.returned,
    "payout.reconciliation_completed": payouts.told,
}

# What an endpoint at Stripe must subscribe to (README, doctor).
EVENTS = tuple(_READERS)
