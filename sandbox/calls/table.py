"""Every call that the twin answers. Whatever is not here is an unrecognized request URL."""

from sandbox.api.call import Call
from sandbox.api.expand import Includables
from sandbox.calls import (
    account,
    balance,
    customers,
    disputes,
    endpoints,
    events,
    invoices,
    payments,
    payouts,
    portal,
    prices,
    products,
    refunds,
    sessions,
    subscriptions,
)

CALLS: tuple[Call, ...] = (
    *sessions.CALLS,
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
    *portal.CALLS,
    *endpoints.CALLS,
    *account.CALLS,
)
INCLUDABLES: Includables = {**sessions.INCLUDABLES, **refunds.INCLUDABLES, **invoices.INCLUDABLES}
