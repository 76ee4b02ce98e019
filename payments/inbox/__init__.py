"""The inbox for Stripe's webhook: verify a message, keep it, apply it once, and only then answer."""
