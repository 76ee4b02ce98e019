"""How we stand with Stripe, as the desk shows it. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payments.settlement.tables import balance_check, contact


@dataclass(frozen=True, slots=True)
class StripeStatus:
    """When Stripe's balance was last compared with ours, whether they agreed, and since when Stripe is silent."""

    compared_at: datetime | None
    agrees: bool
    silent_since: datetime | None


def stripe_status(conn: Connection) -> StripeStatus:
    """The last comparison with Stripe's balance, and whether Stripe answers."""
    b = balance_check.c
    at = sa.func.min(b.checked_at, type_=b.checked_at.type)
    differing = sa.func.count(sa.case((b.ours_minor != b.theirs_minor, 1)))
    compared_at, wrong = conn.execute(sa.select(at, differing)).one()
    return StripeStatus(compared_at, not wrong, conn.scalar(sa.select(contact.c.failing_since)))
