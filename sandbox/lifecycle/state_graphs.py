"""The state graphs of every kind of object that has a status, for tests that check histories against them."""

from sandbox.lifecycle.charges import CHARGE_STATES
from sandbox.lifecycle.checkout_sessions import SESSION_STATES
from sandbox.lifecycle.disputes import DISPUTE_STATES
from sandbox.lifecycle.invoices import INVOICE_PAYMENT_STATES, INVOICE_STATES
from sandbox.lifecycle.payment_intents import INTENT_STATES
from sandbox.lifecycle.payouts import PAYOUT_STATES
from sandbox.lifecycle.refunds import REFUND_STATES
from sandbox.lifecycle.subscriptions import SUBSCRIPTION_STATES
from sandbox.lifecycle.transitions import StateGraph

STATE_GRAPHS: dict[str, StateGraph] = {
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
