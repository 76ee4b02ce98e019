"""A Stripe twin: a Stripe-compatible server with a test clock, for a laptop and for tests.

It imports nothing of the product and uses Stripe's words (session, charge, balance transaction, event), because
official Stripe clients must not see a difference.
"""
