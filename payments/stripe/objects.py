"""What Stripe sends and lists: its objects, as plain mappings."""

from collections.abc import Mapping
from typing import Any

StripeObject = Mapping[str, Any]
"""A charge, an event, a line of the balance …, with Stripe's own names of fields."""
