"""The Payment Link of each campaign: made before it is needed, because then Stripe may not take the call.

The worker makes what is missing. A donor is shown it, with the gift's id for Stripe to give back, only where no
checkout can be opened.
"""

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Engine

from campaigns.campaign import Campaign, Openness
from campaigns.store import campaigns, parent_of
from database.bulk import put_rows
from database.instants import Clock
from database.transactions import reading, writing
from payments.gifts.amounts import largest_gift, smallest_gift
from payments.gifts.gift import Gift
from payments.giving.tables import payment_link as table
from payments.stripe.checkout import Purpose
from payments.stripe.gateway import StripeRefused
from payments.stripe.payment_links import PaymentLinkGateway

log = structlog.get_logger()


def make_missing_links(engine: Engine, gateway: PaymentLinkGateway, clock: Clock) -> None:
    """Make a link for each campaign that takes gifts and has none; raises StripeAway, and goes on the next time."""
    for campaign in _without_link(engine, clock):
        least, most = smallest_gift(campaign.currency), largest_gift(campaign.currency)
        try:
            made = gateway.make(campaign.id, Purpose(campaign.slug, campaign.title), least, most)
        except StripeRefused as refusal:  # a restricted key may not be allowed to
            log.warning("payment_link_refused", campaign=campaign.id, error=str(refusal))
            return
        row = {"campaign_id": campaign.id, "link_id": made.id, "url": made.url, "made_at": clock()}
        with writing(engine) as conn:
            put_rows(conn, table, [row], "DO NOTHING")


def payment_link_for(conn: Connection, campaign: Campaign, gift: Gift) -> str | None:
    """Where this gift can be paid without a checkout of ours; None for a recurring one, or where there is no link.

    The address names the gift, which says nothing of its donor.
    """
    if gift.recurring_id is not None:
        return None
    url = conn.scalar(sa.select(table.c.url).where(table.c.campaign_id == campaign.id))
    return f"{url}?client_reference_id={gift.id}" if url else None


def _without_link(engine: Engine, clock: Clock) -> list[Campaign]:
    now = clock()
    with reading(engine) as conn:
        made = set(conn.scalars(sa.select(table.c.campaign_id)))
        return [
            campaign
            for campaign in campaigns(conn)
            if campaign.id not in made and campaign.openness_under(parent_of(conn, campaign), now) is Openness.OPEN
        ]
