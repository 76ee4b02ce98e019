"""Members of staff and their roles. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is there for.

    Owners and treasurers read and change what concerns money; auditors read it; organisers look after campaigns
    and do not see donors or money.
    """

    OWNER = "owner"
    TREASURER = "treasurer"
    ORGANISER = "organiser"
    AUDITOR = "auditor"

    @property
    def may_read_money(self) -> bool:
        """Whether the desk's pages about money and donors open."""
        return self is not Role.ORGANISER

    @property
    def may_change_money(self) -> bool:
        """Whether the desk's buttons about money work."""
        return self in (Role.OWNER, Role.TREASURER)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who may sign in at the desk. `email` is in lower case."""

    id: str
    email: str
    name: str
    role: Role
