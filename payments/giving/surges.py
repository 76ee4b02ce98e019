"""What an installation says about crowds and attacks: its key, and Stripe's limit."""

from dataclasses import dataclass, field
from secrets import token_bytes

from payments.giving.pace_store import STRIPE_LIMIT


@dataclass(frozen=True, slots=True)
class SurgeRules:
    """`key` makes tickets, tokens and slots, and must be the same for all webs. `stripe_limit` is sessions a second."""

    key: bytes = field(default_factory=lambda: token_bytes(32))
    stripe_limit: int = STRIPE_LIMIT
