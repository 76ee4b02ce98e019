"""Facts that Stripe told us: what is added to them, and which of them have just met."""
