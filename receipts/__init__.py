"""Receipts: numbered without gaps, frozen when issued, printed as PDF and handed out by a secret link."""
