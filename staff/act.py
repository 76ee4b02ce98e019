"""What somebody did at the desk or by a command: who, what, to what, before and after. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from staff.member import StaffMember

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a member of staff by id, or a command by its name.

    `address` is the network address of the request (behind a proxy, the proxy's); None for a command.
    """

    who: str
    address: str | None = None


def by_member(member: StaffMember, address: str | None) -> Actor:
    """A member of staff at the desk."""
    return Actor(member.id, address)


def by_command(name: str) -> Actor:
    """A command on the server, such as `staff add`."""
    return Actor(f"./farthing {name}")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act was done to: its kind (`charge`, `recurring`, `staff_member`) and its id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the log. `before` and `after` hold the values that changed, as JSON; None where there are none.

    They hold no donor's name, address or message, so that the log can be kept for ever.
    """

    id: str
    at: datetime
    who: str
    what: str
    subject: Subject
    before: Values | None
    after: Values | None
    address: str | None
