"""The states of pages that tell of local groups and of match pots, and with them every state."""

from collections.abc import Mapping
from dataclasses import replace

from campaigns.campaign import Campaign, Progress
from campaigns.groups import find_groups
from campaigns.match import Match, MatchPot
from ledger.money import GBP, Money
from tests.web.form_states import FORM_STATES
from tests.web.states import ASK, COURT, NOW, STATES, State, come, form, shown, takes_no_gifts
from tests.web.surge_states import SURGE_STATES

GROUP_NAMES = ("Aberystwyth ac Cylch", "Leeds North", "Llanfairpwllgwyngyllgogerychwyrndrobwll", "York")
LEEDS = Campaign(99, "leeds", "Leeds North", "We meet on Tuesdays.", GBP, Money(50_000, GBP), parent_id=ASK.id)
WITH_SHARE = replace(ASK, group_share=20)
POT = MatchPot("pot", ASK.id, "The Ryder family", Money(500_000, GBP), NOW.date(), NOW.date(), NOW, counts=True)


def matched(used: int) -> Progress:
    """A campaign's progress beside a match that counts, of which so many pounds are used."""
    return replace(come(ASK, 4_200, 88), matches=(Match(POT, Money(used * 100, GBP), Money(0, GBP)),))


def with_groups(query: str = "") -> State:
    """A campaign with 41 local groups, when one was looked for."""
    names = [*GROUP_NAMES, *(f"Group {n}" for n in range(37))]
    groups = [
        (replace(LEEDS, id=100 + n, slug=f"group-{n}", title=name, target=Money(50_000, GBP) if n % 3 else None),
         Progress(Money(n * 1999, GBP), n, Money(50_000, GBP) if n % 3 else None, None))
        for n, name in enumerate(names)
    ]  # fmt: skip
    whole = come(ASK, 18_400, 948)
    return shown(WITH_SHARE, 18_400, 948, found=find_groups(groups, whole, query))


EVERY_STATE: Mapping[str, State] = (
    STATES
    | FORM_STATES
    | SURGE_STATES
    | {
        "campaign with groups": with_groups(),
        "campaign with groups, one found": with_groups("leeds"),
        "campaign with groups, none found": with_groups("<nowhere>"),
        "campaign with a match": shown(ASK, 0, 0, progress=matched(4200)),
        "campaign with a match used up": shown(ASK, 0, 0, progress=matched(5000)),
        "group": shown(LEEDS, 125, 7, parent=WITH_SHARE),
        "group of a closed campaign": shown(LEEDS, 125, 7, parent=COURT, decides=COURT, openness="CLOSED"),
        "form of a group": form(campaign=LEEDS, parent=WITH_SHARE),
        "takes no gifts: group of a closed campaign": takes_no_gifts(LEEDS, COURT),
    }
)
