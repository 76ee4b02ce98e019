"""The state graphs of every kind of object that has a status, in one place for whoever checks them."""

from sandbox.life.charges import CHARGE_STATES
from sandbox.life.disputes import DISPUTE_STATES
from sandbox.life.graphs import Graph
from sandbox.life.intents import INTENT_STATES
from sandbox.life.invoices import INVOICE_PAYMENT_STATES, INVOICE_STATES
from sandbox.life.payouts import PAYOUT_STATES
from sandbox.life.refunds import REFUND_STATES
from sandbox.life.sessions import SESSION_STATES
from sandbox.life.subscriptions import SUBSCRIPTION_STATES

STATES: dict[str, Graph] = {
    "charge": CHARGE_STATES,
    "checkout.session": SESSION_STATES,
    "dispute": DISPUTE_STATES,
    "invoice": INVOICE_STATES,
    "invoice_payment": INVOICE_PAYMENT_STATES,
    "payment_intent": INTENT_STATES,
    "payout": PAYOUT_STATES,
    "refund": REFUND_STATES,
    "subscription": SUBSCRIPTION_STATES,
}
