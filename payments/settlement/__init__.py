"""What Stripe's balance says: every line posted once, lists walked from the last mark."""
