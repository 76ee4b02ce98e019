"""A gift and its shares, a recurring gift, and receiving a gift from any source. Knows nothing of Stripe."""
