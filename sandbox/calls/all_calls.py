"""All calls that the twin answers. Any other method and path is an unrecognized request URL."""

from sandbox.api.call import Call
from sandbox.api.expand import Includables
from sandbox.calls import (
    account,
    balance,
    checkout_sessions,
    customers,
    disputes,
    events,
    invoices,
    payment_links,
    payments,
    payouts,
    portal_sessions,
    prices,
    products,
    refunds,
    subscriptions,
    webhook_endpoints,
)

CALLS: tuple[Call, ...] = (
    *checkout_sessions.CALLS,
    *products.CALLS,
    *prices.CALLS,
    *customers.CALLS,
    *payments.CALLS,
    *refunds.CALLS,
    *balance.CALLS,
    *subscriptions.CALLS,
    *invoices.CALLS,
    *disputes.CALLS,
    *payouts.CALLS,
    *events.CALLS,
    *payment_links.CALLS,
    *portal_sessions.CALLS,
    *webhook_endpoints.CALLS,
    *account.CALLS,
)
INCLUDABLES: Includables = {**checkout_sessions.INCLUDABLES, **refunds.INCLUDABLES, **invoices.INCLUDABLES}
