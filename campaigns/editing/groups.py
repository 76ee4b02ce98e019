"""Makes the local groups of a campaign, one or a whole list, each in one transaction."""

from collections.abc import Callable, Sequence

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from campaigns.campaign import Campaign, CampaignState
from campaigns.group_list import GroupList, ListedGroup, ListProblem, ListRules, read_group_list
from campaigns.store import add_campaign, all_addresses, groups_of
from database.instants import Clock
from ledger.money import Money
from staff.act import Actor, Subject
from staff.changing import Change, changing
from staff.store import campaigns_of, member_by_email, set_campaigns

TAKEN = "Somebody made a group or took an address at the same moment. Look at the list again."


class ListRefused(ValueError):
    """Nothing was made: `listed` says what must be mended."""

    def __init__(self, listed: GroupList) -> None:
        super().__init__("the list has lines that must be mended")
        self.listed = listed


class GroupMaker:
    """What members of staff do to the groups of a campaign."""

    def __init__(self, engine: Engine, clock: Clock, read_amount: Callable[[str], Money]) -> None:
        self._engine, self._clock, self._read_amount = engine, clock, read_amount

    def read(self, conn: Connection, parent: Campaign, text: str) -> GroupList:
        """A list as it would be made now. Raises UnreadableList."""
        rules = ListRules(
            parent.slug,
            [group.title for group in groups_of(conn, parent)],
            all_addresses(conn),
            self._read_amount,
            lambda email: member_by_email(conn, email) is not None,
        )
        return read_group_list(text, rules)

    def make(self, actor: Actor, parent: Campaign, text: str) -> int:
        """Make every group of a list; returns how many. Raises ListRefused and UnreadableList, and makes none."""
        try:
            with changing(self._engine, actor, self._clock()) as change:
                listed = self.read(change.conn, parent, text)
                if listed.problems:
                    raise ListRefused(listed)
                self._add(change, parent, listed.groups)
        except IntegrityError:
            raise ListRefused(GroupList((), (ListProblem(1, TAKEN),))) from None
        return len(listed.groups)

    def _add(self, change: Change, parent: Campaign, groups: Sequence[ListedGroup]) -> None:
        for listed in groups:
            number = add_campaign(change.conn, group_of(parent, listed))
            values = {"title": listed.name, "slug": listed.slug, "campaign": parent.id}
            if listed.organiser:
                member = member_by_email(change.conn, listed.organiser)
                assert member is not None, "the list was read in this transaction"
                set_campaigns(change.conn, member.id, campaigns_of(change.conn, member.id) | {number})
                values["organiser"] = member.id
            change.record("group added", Subject("campaign", str(number)), after=values)


def group_of(parent: Campaign, listed: ListedGroup) -> Campaign:
    """The group that a line asks for: it takes gifts as its campaign does, and is a draft while that is one."""
    return Campaign(
        0,
        listed.slug,
        listed.name,
        f"{listed.name} is a local group of {parent.title}.",
        parent.currency,
        listed.target,
        parent_id=parent.id,
        state=CampaignState.DRAFT if parent.state is CampaignState.DRAFT else CampaignState.PUBLISHED,
        offer=parent.offer,
    )
