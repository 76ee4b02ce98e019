"""How a gift came about, as income is told apart. Values only."""

from enum import StrEnum

from ledger.kinds import EntryKind


class GivingKind(StrEnum):
    """Given once online, an instalment of a recurring gift, or entered by a treasurer."""

    ONCE = "once"
    RECURRING = "recurring"
    OFFLINE = EntryKind.OFFLINE.value
