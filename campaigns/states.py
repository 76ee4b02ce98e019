"""What an organiser does with a campaign: publish, pause, close, reopen. Pure: each returns the campaign afterwards."""

from dataclasses import replace
from datetime import datetime

from campaigns.campaign import Campaign, CampaignState, Openness


class NotNow(ValueError):
    """The campaign is not in a state for this; the message says which state it is in."""


class NeedsLaterDay(NotNow):
    """The campaign's last day has passed: without another one it would be closed again at once."""

    def __init__(self) -> None:
        super().__init__("Choose a last day that is to come, or none: the last day of this campaign has passed.")


IS_DRAFT = "This campaign is a draft: publish it first."
IS_CLOSED = "This campaign is closed already."


def publish(campaign: Campaign, now: datetime) -> Campaign:
    """Let the public see a draft; it takes gifts between its first and last day. Raises NotNow."""
    if campaign.state is not CampaignState.DRAFT:
        raise NotNow("This campaign is published already.")
    if campaign.closes_at is not None and campaign.closes_at <= now:
        raise NeedsLaterDay
    return replace(campaign, state=CampaignState.PUBLISHED)


def pause(campaign: Campaign, now: datetime) -> Campaign:
    """Take no gifts for a while. Raises NotNow."""
    match campaign.openness(now):
        case Openness.DRAFT:
            raise NotNow(IS_DRAFT)
        case Openness.CLOSED:
            raise NotNow(IS_CLOSED)
        case Openness.PAUSED:
            raise NotNow("This campaign is paused already.")
        case Openness.OPEN | Openness.NOT_YET:
            return replace(campaign, state=CampaignState.PAUSED)


def close(campaign: Campaign, now: datetime, outcome: str) -> Campaign:
    """Take no more gifts, and say what became of it (Markdown, or nothing yet). Raises NotNow."""
    match campaign.openness(now):
        case Openness.DRAFT:
            raise NotNow(IS_DRAFT)
        case Openness.CLOSED:
            raise NotNow(IS_CLOSED)
        case Openness.OPEN | Openness.NOT_YET | Openness.PAUSED:
            return replace(campaign, state=CampaignState.CLOSED, closed_at=now, outcome=outcome)


def reopen(campaign: Campaign, now: datetime, closes_at: datetime | None) -> Campaign:
    """Take gifts again, until `closes_at`. Raises NotNow."""
    match campaign.openness(now):
        case Openness.DRAFT:
            raise NotNow(IS_DRAFT)
        case Openness.OPEN | Openness.NOT_YET:
            raise NotNow("This campaign is open already.")
        case Openness.CLOSED | Openness.PAUSED:
            if closes_at is not None and closes_at <= now:
                raise NeedsLaterDay
            return replace(campaign, state=CampaignState.PUBLISHED, closed_at=None, closes_at=closes_at)
