"""What a campaign offers, as it is kept in its row and shown in the log of acts: amounts in minor units."""

from collections.abc import Mapping
from typing import Any

from campaigns.offer import CampaignOffer, SoldBenefit, SuggestedAmount
from ledger.money import Currency, Money


def offer_json(offer: CampaignOffer) -> dict[str, object]:
    """The offer as JSON can write it."""
    sold = offer.benefit
    return {
        "intervals": None if offer.intervals is None else list(offer.intervals),
        "suggested": {
            interval: [[suggested.amount.minor, suggested.words] for suggested in amounts]
            for interval, amounts in offer.suggested.items()
        },
        "smallest": {interval: least.minor for interval, least in offer.smallest.items()},
    } | ({"benefit": [sold.market_value.minor, sold.words]} if sold else {})


def offer_from_json(kept: Mapping[str, Any], of: Currency) -> CampaignOffer:
    """The offer that was kept, in the campaign's currency."""
    intervals = kept["intervals"]
    return CampaignOffer(
        None if intervals is None else tuple(intervals),
        {
            interval: tuple(SuggestedAmount(Money(minor, of), words) for minor, words in amounts)
            for interval, amounts in kept["suggested"].items()
        },
        {interval: Money(minor, of) for interval, minor in kept["smallest"].items()},
        SoldBenefit(kept["benefit"][1], Money(kept["benefit"][0], of)) if "benefit" in kept else None,
    )
