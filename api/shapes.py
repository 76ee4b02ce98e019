"""What the API answers, as Pydantic models: the OpenAPI document and the reference page are made from them.

Amounts are whole numbers of a currency's minor unit, such as pence.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from campaigns.campaign import CampaignState, TargetKind
from payments.gifts.gift import GiftState

MINOR = "In minor units, such as pence."
CURRENCY = "ISO 4217, such as GBP."


class CurrencyAmount(BaseModel):
    """An amount."""

    currency: str = Field(description=CURRENCY)
    amount: int = Field(description=MINOR)


class Figures(BaseModel):
    """What was given and what became of it, in one currency, as the books have it. Net is what is left."""

    currency: str = Field(description=CURRENCY)
    gross: int = Field(description="Given, with the shares of gifts to groups. In minor units.")
    refunds: int = Field(description="Given back by refunds, and payments that failed after all.")
    disputes: int = Field(description="Taken back by donors' banks.")
    fees: int = Field(description="What Stripe took, for disputes too, as far as it is booked for the campaign.")
    net: int = Field(description="Gross less refunds, disputes and fees.")
    gifts: int = Field(description="How many gifts. A gift to two campaigns counts once for each.")


class CampaignFigures(Figures):
    """The figures of one campaign in one currency."""

    campaign: str | None = Field(description="The campaign's slug; null for money of no campaign.")


class Totals(BaseModel):
    """The figures of some days, by campaign and in all. Days are the organisation's, and both are included."""

    first_day: date | None = Field(alias="from", description="The first day; null: from the beginning.")
    last_day: date | None = Field(alias="to", description="The last day; null: until today.")
    campaigns: list[CampaignFigures] = Field(description="By campaign and currency.")
    totals: list[Figures] = Field(description="Everything, by currency.")


class CampaignTarget(BaseModel):
    """What a campaign wants to reach."""

    kind: TargetKind = Field(description="What is counted: money in all, money a month, gifts or donors.")
    number: int = Field(description="How much or how many; money in minor units of the campaign's currency.")


class CampaignShape(BaseModel):
    """A campaign, or a local group of one."""

    slug: str = Field(description="Its name in addresses.")
    title: str = Field(description="Its title.")
    state: CampaignState = Field(description="A draft is not public.")
    currency: str = Field(description=CURRENCY)
    parent: str | None = Field(description="The slug of the campaign whose local group it is.")
    target: CampaignTarget | None = Field(description="What it wants to reach.")
    opens_at: datetime | None = Field(description="When it begins to take gifts.")
    closes_at: datetime | None = Field(description="When it ends.")
    totals: list[Figures] = Field(description="Its own figures by currency, without those of its groups.")


class CampaignList(BaseModel):
    """A page of campaigns, in the order in which they were made."""

    data: list[CampaignShape] = Field(description="At most 100.")
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class GiftShare(BaseModel):
    """A gift's part for one campaign."""

    campaign: str = Field(description="The campaign's slug.")
    amount: int = Field(description=MINOR)


class GiftDonor(BaseModel):
    """Who gave, as they wrote it with the gift."""

    id: str = Field(description="The donor's id, for /donors/{id}.")
    name: str = Field(description="The name.")
    email: str = Field(description="The address.")
    message: str = Field(description="The message; empty without one.")


class GiftShape(BaseModel):
    """A gift. An instalment of a recurring gift is a gift too."""

    id: str = Field(description="Its id.")
    reference: str = Field(description="Its short name, as on the receipt.")
    state: GiftState = Field(description="Only rises: pending, processing, expired, failed, received.")
    currency: str = Field(description=CURRENCY)
    amount: int = Field(description="The whole gift, in minor units.")
    given_back: int = Field(description="What went back by refunds and disputes, or because it was taken back.")
    shares: list[GiftShare] = Field(description="Its parts by campaign; they add up to the amount.")
    created_at: datetime = Field(description="When it was asked for.")
    received_at: datetime | None = Field(description="When it was paid.")
    received_on: date | None = Field(description="The organisation's day on which it counts in the books.")
    updated_at: datetime | None = Field(
        description="When its money changed last: paid, fee, refund, dispute, moved, taken back. Null until received."
    )
    means: str = Field(description="How it came: stripe, or cash, cheque and others for an offline gift.")
    recurring_id: str | None = Field(description="The recurring gift that it is an instalment of.")
    source: str | None = Field(description="The code of the link that led to the form.")
    fee_cover: int | None = Field(description="The part that the donor added for fees.")
    receipt: str | None = Field(description="The number of its newest receipt.")
    donor: GiftDonor | None = Field(description="Needs donors:read; null without it, and for a donor who was erased.")


class GiftList(BaseModel):
    """A page of gifts, the oldest first, so that new ones stand at the end; by `updated_since` the oldest change."""

    data: list[GiftShape] = Field(description="At most 100.")
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class DonorShape(BaseModel):
    """A person who gave, with the gifts of everybody who was merged into them."""

    id: str = Field(description="Their id.")
    name: str = Field(description="Their name.")
    email: str = Field(description="Their address.")
    since: datetime = Field(description="When they first came.")
    gifts: int = Field(description="How many gifts of theirs were received.")
    given: list[CurrencyAmount] = Field(description="What they gave by currency, before anything went back.")
    last_gift_on: date | None = Field(description="The day of their last gift.")


class DonorList(BaseModel):
    """A page of donors, in the order in which they first came."""

    data: list[DonorShape] = Field(description="At most 100.")
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


GiftStates = Literal["received", "not-paid", "pending", "processing", "expired", "failed"]
