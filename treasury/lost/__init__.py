"""Gifts that only Stripe knows after a restore, and what a treasurer decides about each."""
