"""Refunds at the desk: asking for one, and what became of it."""
