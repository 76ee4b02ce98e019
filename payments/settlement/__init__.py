"""Settlement: Stripe's balance, line by line; payouts, and reconcile, which reads Stripe's lists for missing facts."""
