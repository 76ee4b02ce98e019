"""Refunds that a treasurer asks for: kept first, then asked of Stripe once, whatever happens."""
