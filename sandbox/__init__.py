"""A Stripe twin: a Stripe-compatible server on a clock that can be turned, for a laptop and for tests.

It imports nothing of the product and speaks Stripe's words (session, charge, balance transaction, event),
because its whole duty is to be taken for Stripe by any official client.
"""
