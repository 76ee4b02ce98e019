"""Statements of donors' gifts: of a year, or one receipt for a period."""
