"""Stripe's shapes, old and new, read into happenings. Plain dicts in, our own values out."""
