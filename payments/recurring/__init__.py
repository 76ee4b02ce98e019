"""Recurring gifts: a standing instruction, and the instalments that come of it."""
