"""What setting up keeps in the database: who receives the gifts, the first campaign, and who owns the desk.

Each step is kept at once and written down as an act. One that is done already changes nothing.
"""

from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection, Engine

from campaigns.campaign import BadCampaign, Campaign, slug_of
from campaigns.store import add_campaign, campaign_by_slug, campaigns
from database.instants import Clock
from database.transactions import reading
from ledger.money import GBP, BadAmount, Money
from organisation.organisation import Organisation, OrganisationKind, OrganisationProfile
from organisation.profile_values import profile_values
from organisation.store import add_version, newest_version
from setup.answers import NotAnAnswer, read_short_text
from setup.views import owner_names, owner_waiting
from staff.act import Actor, Subject
from staff.changing import changing
from staff.role import Role
from staff.sign_in import INVITATION_LIFETIME, NotAnEmail, invite

INVITATION_DAYS = INVITATION_LIFETIME.days


@dataclass(frozen=True)
class SetUp:
    """One installation that is being set up. `stand_in` holds its locale, time zone and intervals."""

    engine: Engine
    actor: Actor
    clock: Clock
    stand_in: OrganisationProfile
    demo: Organisation
    """The organisation of the demonstration: as long as it stands there, nobody has said who receives the gifts."""

    def organisation(self) -> OrganisationProfile | None:
        """Who receives the gifts; None while nobody has said so."""
        with reading(self.engine) as conn:
            profile = self._newest(conn)
        return None if profile is None or profile.organisation == self.demo else profile

    def keep_organisation(self, organisation: Organisation, kind: OrganisationKind) -> bool:
        """Keep who receives the gifts as a new version; returns whether it differs from the newest."""
        with reading(self.engine) as conn:
            before = self._newest(conn)
        after = replace(before or self.stand_in, organisation=organisation, kind=kind)
        if after == before:
            return False
        with changing(self.engine, self.actor, self.clock()) as change:
            version = add_version(change.conn, after, self.actor.who, change.now)
            change.record(
                "organisation.change",
                Subject("organisation", str(version.number)),
                before=profile_values(before) if before else None,
                after=profile_values(after),
            )
        return True

    def campaigns(self) -> list[Campaign]:
        """Every campaign."""
        with reading(self.engine) as conn:
            return campaigns(conn)

    def read_title(self, typed: str) -> str:
        """A title for a campaign of its own, or that of a campaign which is there; raises NotAnAnswer."""
        title = read_short_text(typed)
        with reading(self.engine) as conn:
            taken = campaign_by_slug(conn, slug_of(title) or "gifts")
        if taken is not None and taken.title != title:
            raise NotAnAnswer(f"There is a campaign at /c/{taken.slug} already. Choose another title.")
        return title

    def add_campaign(self, title: str, story: str, target: str) -> Campaign:
        """Make a campaign that takes gifts at once; raises NotAnAnswer."""
        try:
            goal = Money.parse(target.replace(",", ""), GBP) if target.strip() else None
            new = Campaign(0, slug_of(title) or "gifts", title, story.strip() or title, GBP, goal)
        except (BadCampaign, BadAmount) as mistake:
            raise NotAnAnswer(f"{str(mistake)[:1].upper()}{str(mistake)[1:]}") from None
        with changing(self.engine, self.actor, self.clock()) as change:
            if campaign_by_slug(change.conn, new.slug) is not None:
                raise NotAnAnswer(f"There is a campaign at /c/{new.slug} already. Choose another title.")
            number = add_campaign(change.conn, new)
            after = {"slug": new.slug, "title": new.title}
            change.record("campaign added", Subject("campaign", str(number)), after=after)
        return replace(new, id=number)

    def owners(self) -> list[str]:
        """The names of those who own the desk."""
        with reading(self.engine) as conn:
            return owner_names(conn)

    def owner_who_never_came(self) -> str | None:
        """The address of an owner who was invited, where no owner has set a password yet."""
        with reading(self.engine) as conn:
            return owner_waiting(conn)

    def invite_owner(self, email: str, name: str) -> str:
        """Let somebody own the desk; the code of the one-time link that signs them in. Raises NotAnAnswer."""
        try:
            with changing(self.engine, self.actor, self.clock()) as change:
                return invite(change, email, name, Role.OWNER)
        except NotAnEmail as mistake:
            raise NotAnAnswer(str(mistake)) from None

    def _newest(self, conn: Connection) -> OrganisationProfile | None:
        version = newest_version(conn, self.stand_in.organisation.timezone)
        return version.profile if version else None
