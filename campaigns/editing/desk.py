"""What the desk's pages of campaigns need, and the campaign that somebody may see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection, Engine

from campaigns.campaign import Campaign
from campaigns.editing.editor import CampaignEditor
from campaigns.editing.fields import DeskWords
from campaigns.offered import GiftAmounts
from campaigns.store import GiftMeasures, campaign_by_id, groups_of
from database.instants import Clock
from ledger.money import Money
from organisation.organisation import GivingRules
from organisation.publication import MissingNotice
from staff.door import Door, SignedIn
from web.errors import NotFound
from web.pages import Pages

PATH = "/desk/campaigns"
INTERVAL_NAMES = {
    "once": "Given once", "week": "Every week", "month": "Every month", "quarter": "Every quarter",
    "year": "Every year",
}  # fmt: skip


HeldMeasure = Callable[[Connection], Mapping[tuple[int, str], Money]]


def _nothing_is_held(_conn: Connection) -> Mapping[tuple[int, str], Money]:
    return {}


@dataclass(frozen=True, slots=True)
class CampaignDesk:
    """What the pages share. `missing` says what the law asks of the organisation and is not there.

    `held` is money of gifts that nobody has accepted yet, by campaign and currency: checks belong to a package above.
    """

    engine: Engine
    clock: Clock
    pages: Pages
    door: Door
    measures: GiftMeasures
    giving: Callable[[], GivingRules]
    amounts: GiftAmounts
    missing: Callable[[], Sequence[MissingNotice]]
    held: HeldMeasure = _nothing_is_held

    @property
    def editor(self) -> CampaignEditor:
        """Changes campaigns."""
        return CampaignEditor(self.engine, self.clock)

    @property
    def words(self) -> DeskWords:
        """How amounts and days are written now."""
        wording = self.pages.wording
        return DeskWords(wording.zone, wording.number_style, wording.typed_money, wording.money)

    def not_accepted(self, conn: Connection, shown: Sequence[Campaign]) -> dict[int, Money]:
        """What nobody has accepted yet of these campaigns, each with its groups; those without any are left out."""
        held = self.held(conn)
        if not held:
            return {}
        sums = {}
        for campaign in shown:
            nothing = Money(0, campaign.currency)
            numbers = [campaign.id, *(group.id for group in groups_of(conn, campaign))]
            parts = [held.get((number, campaign.currency.code), nothing) for number in numbers]
            sums[campaign.id] = sum(parts, start=nothing)
        return {number: amount for number, amount in sums.items() if amount}

    def find(self, conn: Connection, signed_in: SignedIn, number: int) -> Campaign:
        """A campaign that this member may see. Raises NotFound, also for another organiser's."""
        campaign = campaign_by_id(conn, number)
        if campaign is None or not signed_in.may_see_campaign(number):
            raise NotFound("There is no campaign at this address.")
        return campaign

    def missing_for(self, campaign: Campaign) -> list[MissingNotice]:
        """What a campaign needs before it can be published, its own story first."""
        story = MissingNotice("Write what the money is for.", f"{campaign_path(campaign.id)}/edit#story")
        return [*([] if campaign.story else [story]), *self.missing()]


def campaign_path(number: int) -> str:
    """The page of a campaign at the desk."""
    return f"{PATH}/{number}"
