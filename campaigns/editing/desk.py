"""What the desk's pages of campaigns need, and the campaign that somebody may see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection, Engine

from campaigns.campaign import Campaign
from campaigns.editing.editor import CampaignEditor
from campaigns.editing.fields import DeskWords
from campaigns.offered import GiftAmounts
from campaigns.store import GiftMeasures, campaign_by_id
from database.instants import Clock
from organisation.organisation import GivingRules
from staff.door import Door, SignedIn
from web.errors import NotFound
from web.pages import Pages

PATH = "/desk/campaigns"
INTERVAL_NAMES = {
    "once": "Given once", "week": "Every week", "month": "Every month", "quarter": "Every quarter",
    "year": "Every year",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MissingPart:
    """Something that a campaign needs before it can be published: a sentence, and the page where it is put right."""

    sentence: str
    path: str


@dataclass(frozen=True, slots=True)
class CampaignDesk:
    """What the pages share. `missing` says, in sentences, what the law asks of the organisation and is not there."""

    engine: Engine
    clock: Clock
    pages: Pages
    door: Door
    measures: GiftMeasures
    giving: Callable[[], GivingRules]
    amounts: GiftAmounts
    missing: Callable[[], Sequence[str]]

    @property
    def editor(self) -> CampaignEditor:
        """Changes campaigns."""
        return CampaignEditor(self.engine, self.clock)

    @property
    def words(self) -> DeskWords:
        """How amounts and days are written now."""
        wording = self.pages.wording
        return DeskWords(wording.zone, wording.number_style, wording.typed_money, wording.money)

    def find(self, conn: Connection, signed_in: SignedIn, number: int) -> Campaign:
        """A campaign that this member may see. Raises NotFound, also for another organiser's."""
        campaign = campaign_by_id(conn, number)
        if campaign is None or not signed_in.may_see_campaign(number):
            raise NotFound("There is no campaign at this address.")
        return campaign

    def missing_parts(self, campaign: Campaign) -> list[MissingPart]:
        """What a campaign needs before it can be published."""
        own = (
            [] if campaign.story else [MissingPart("Write what the money is for.", f"{PATH}/{campaign.id}/edit#story")]
        )
        return own + [MissingPart(sentence, "/desk/organisation") for sentence in self.missing()]


def campaign_path(number: int) -> str:
    """The page of a campaign at the desk."""
    return f"{PATH}/{number}"
