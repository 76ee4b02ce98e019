"""Addresses made from titles. Pure."""

import re
import unicodedata

from campaigns.campaign import SLUG_LENGTH


def slug_of(title: str) -> str:
    """An address made from a title: its letters and digits without accents, joined by dashes."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].strip("-")
