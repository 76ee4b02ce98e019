"""Gifts: from the donor's form, through Stripe's Checkout and its messages, into the books."""
