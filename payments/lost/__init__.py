"""Gifts that Stripe has and that are not kept here: their table. What is done about them stands where it is done."""
