"""The page that Stripe sends the donor back to."""
