"""Gifts that did not come through Stripe: entered at the desk, taken back, and cash that was banked."""
