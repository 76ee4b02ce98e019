"""What waits for those who may accept a gift: clocks that end soon or are over, and gifts that nobody could look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from compliance.check import Check, CheckState
from compliance.check_wait import WaitingGift
from compliance.store import unended_checks
from compliance.wait_views import waiting_gifts


@dataclass(frozen=True, slots=True)
class ClockToDo:
    """A pending check, and the days that are left of its clock: 0 on the last, less once it is over."""

    check: Check
    days_left: int


@dataclass(frozen=True, slots=True)
class ChecksToDo:
    """The first few of each kind, and how many there are. `ending` are in their last ten days, `over` after them.

    `came_back` are all whose return failed after it was proved; they are in no other list.
    """

    over: Sequence[ClockToDo]
    over_count: int
    ending: Sequence[ClockToDo]
    ending_count: int
    came_back: Sequence[ClockToDo]
    waiting: Sequence[WaitingGift]
    waiting_count: int

    @property
    def count(self) -> int:
        """How many wait in all."""
        return self.over_count + self.ending_count + len(self.came_back) + self.waiting_count


def checks_to_do(conn: Connection, today: date, shown: int) -> ChecksToDo:
    """What waits today, the most urgent first."""
    unended = [ClockToDo(check, (check.clock.last_day - today).days) for check in unended_checks(conn)]
    came_back = [each for each in unended if each.check.state is CheckState.CAME_BACK]
    pending = [each for each in unended if each not in came_back]
    over = [each for each in pending if each.check.clock.is_over(today)]
    ending = [each for each in pending if each not in over and today >= each.check.clock.warnings[0]]
    waiting = waiting_gifts(conn)
    return ChecksToDo(over[:shown], len(over), ending[:shown], len(ending), came_back, waiting[:shown], len(waiting))
