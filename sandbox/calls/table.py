"""Every call that the twin answers. Whatever is not here is an unrecognized request URL."""

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
from sandbox.wire.call import Call
from sandbox.wire.expanding import Parts

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
PARTS: Parts = {**sessions.PARTS, **refunds.PARTS, **invoices.PARTS}
