"""Supporters whom Stripe has already: their subscriptions become recurring gifts, and nothing is charged anew."""
