"""Where a donor's form stands: at a campaign's address, or at `/give` for several campaigns."""

from sqlalchemy.engine import Connection

from campaigns.campaign import Campaign
from campaigns.offer import NO_OFFER, CampaignOffer
from campaigns.routes import find_campaign
from ledger.money import GBP, Currency
from web.language import translated

SEVERAL = ""
"""What stands for the slug of a campaign in the addresses of the form for several."""


def several_campaigns(currency: Currency, offer: CampaignOffer = NO_OFFER) -> Campaign:
    """What stands for a campaign in the form for several of them; it has no number."""
    return Campaign(0, "several-campaigns", translated("Several campaigns"), "", currency, offer=offer)


def campaign_at(conn: Connection, slug: str) -> Campaign:
    """The campaign of a form's address; for the form for several one that stands for them. Raises NoSuchCampaign."""
    return find_campaign(conn, slug) if slug else several_campaigns(GBP)


def place_of(campaign: Campaign) -> str:
    """What the addresses of its form begin with."""
    return place_at(campaign.slug if campaign.id else SEVERAL)


def place_at(slug: str) -> str:
    """The same of a slug."""
    return f"/c/{slug}" if slug else ""
