"""What a program may ask of each list: the parameters of an address, each with what it chooses."""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from campaigns.campaign import SLUG
from payments.gifts.gift import GiftState

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T")
ListedState = Literal[
    GiftState.RECEIVED, "not-paid", GiftState.PENDING, GiftState.PROCESSING, GiftState.EXPIRED, GiftState.FAILED
]


def _written_day(text: object) -> object:
    """Pydantic would read 2026 as seconds since 1970."""
    if isinstance(text, str) and not _DAY.fullmatch(text):
        raise ValueError("a day is written like 2026-11-28")
    return text


def _written_instant(text: object) -> object:
    """Pydantic would read 2026 as seconds since 1970, and a plus sign in an address is a space."""
    if isinstance(text, str) and not _INSTANT.match(text):
        raise ValueError("an instant is written like 2026-11-28T09:30:00Z")
    return text


Day = Annotated[date | None, BeforeValidator(_written_day)]
Moment = Annotated[AwareDatetime | None, BeforeValidator(_written_instant)]
CampaignSlug = Annotated[
    str | None, Field(pattern=f"^{SLUG.pattern}$", description="Only of the campaign with this slug.")
]
Cursor = Annotated[
    str | None, Field(max_length=200, description="`next` of the page before; leave everything else as it was.")
]


class PageQuery(BaseModel):
    """A page of a list. A parameter that the list does not have is refused, lest a slip chooses everything."""

    model_config = ConfigDict(extra="forbid")

    cursor: Cursor = None


class DaysQuery(BaseModel):
    """Some of the organisation's days, both included."""

    model_config = ConfigDict(extra="forbid")

    first_day: Day = Field(None, alias="from", description="The first day, like 2026-11-01.")
    last_day: Day = Field(None, alias="to", description="The last day.")


class GiftQuery(PageQuery):
    """Which gifts."""

    campaign: CampaignSlug = None
    first_day: Day = Field(None, alias="from", description="From this day on: received, or begun while not paid.")
    last_day: Day = Field(None, alias="to", description="Up to this day.")
    state: ListedState = Field(GiftState.RECEIVED, description="Only in this state; `not-paid` is all but received.")
    updated_since: Moment = Field(
        None,
        description="Received gifts that changed since then, like 2026-11-28T09:30:00Z, the newest change last: paid,"
        " fee, refund, dispute, moved, taken back. Those of the five minutes before come as well.",
    )

    @model_validator(mode="after")
    def _changes_of_received(self) -> Self:
        if self.updated_since is not None and self.state != GiftState.RECEIVED:
            raise ValueError("updated_since follows received gifts: leave state out")
        return self


class DonorQuery(PageQuery):
    """Which donors: those who gave to a campaign."""

    campaign: CampaignSlug = None
