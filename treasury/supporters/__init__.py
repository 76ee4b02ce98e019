"""Supporters whom Stripe has already, at the desk."""
