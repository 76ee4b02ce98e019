"""A gift and its shares, a recurring gift, and receiving one from whatever source. Knows nothing of Stripe."""
