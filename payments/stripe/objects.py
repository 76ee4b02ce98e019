"""What Stripe sends and lists: its objects, as plain mappings."""

from collections.abc import Mapping
from typing import Any

StripeObject = Mapping[str, Any]
"""A charge, an event, a line of the balance …, with Stripe's own names of fields."""

LINK_CAMPAIGN = "link_campaign"
"""The key of a campaign's number in the metadata of what was paid by its Payment Link."""
