"""What a gift was given to, in the words of letters: its campaign, or each of several with its amount."""

from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.engine import Connection

from payments.gifts import store
from payments.gifts.gift import Gift
from web.pages import Pages


@dataclass(frozen=True, slots=True)
class GiftPurpose:
    """The words for it; `form` is the path of the form that leads there, and `chosen` what its address chooses."""

    title: str
    form: str
    chosen: tuple[str, ...] = ()

    def form_with(self, **values: object) -> str:
        """The form's path with these values in its query."""
        return f"{self.form}?{urlencode([*(('c', slug) for slug in self.chosen), *values.items()])}"


def purpose_of(conn: Connection, pages: Pages, gift: Gift) -> GiftPurpose | None:
    """What this gift was given to; None where its campaigns are not kept. In the language that is spoken."""
    campaigns = {campaign.id: campaign for campaign in store.campaigns_of_gift(conn, gift)}
    if len(campaigns) == 1 and not gift.is_from_shared_form:
        [campaign] = campaigns.values()
        return GiftPurpose(campaign.title, f"/c/{campaign.slug}/give")
    named = [(campaigns[share.campaign], share.amount) for share in gift.allocations if share.campaign in campaigns]
    if not named:
        return None
    words = [f"{campaign.title} ({pages.wording.money(amount)})" for campaign, amount in named]
    return GiftPurpose(", ".join(words), "/give", tuple(campaign.slug for campaign, _ in named))
