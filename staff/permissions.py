"""What each role may do, and where the desk's menu leads: the one table that routes, pages and a test read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from staff.role import Role


class Permission(StrEnum):
    """Something that a role allows. A route of the desk names the permission that it needs."""

    READ_MONEY = "read money"
    CHANGE_MONEY = "change money"
    REOPEN_MONTHS = "reopen months"
    READ_LETTERS = "read letters"
    SEND_LETTERS = "send letters"
    READ_CAMPAIGNS = "read campaigns"
    EDIT_CAMPAIGNS = "edit campaigns"
    ADD_CAMPAIGNS = "add campaigns"
    READ_ORGANISATION = "read organisation"
    EDIT_ORGANISATION = "edit organisation"
    READ_STAFF = "read staff"
    MANAGE_STAFF = "manage staff"
    READ_ACTS = "read acts"


_READS = frozenset(
    {
        Permission.READ_MONEY,
        Permission.READ_LETTERS,
        Permission.READ_CAMPAIGNS,
        Permission.READ_ORGANISATION,
        Permission.READ_STAFF,
        Permission.READ_ACTS,
    }
)

# Organisers see and edit only the campaigns that they are assigned to, and no donor's address.
ALLOWED: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.TREASURER: frozenset(Permission) - {Permission.MANAGE_STAFF, Permission.REOPEN_MONTHS},
    Role.ORGANISER: frozenset({Permission.READ_CAMPAIGNS, Permission.EDIT_CAMPAIGNS}),
    Role.AUDITOR: _READS,
}


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A link of the desk's menu, for the roles that may follow it."""

    label: str
    path: str
    needs: Permission


MENU = (
    MenuItem("Overview", "/desk", Permission.READ_MONEY),
    MenuItem("Gifts", "/desk/gifts", Permission.READ_MONEY),
    MenuItem("Offline", "/desk/offline", Permission.READ_MONEY),
    MenuItem("Recurring", "/desk/recurring", Permission.READ_MONEY),
    MenuItem("Donors", "/desk/donors", Permission.READ_MONEY),
    MenuItem("Payouts", "/desk/payouts", Permission.READ_MONEY),
    MenuItem("Books", "/desk/books", Permission.READ_MONEY),
    MenuItem("Letters", "/desk/letters", Permission.READ_LETTERS),
    MenuItem("Sign-ups", "/desk/sign-ups", Permission.READ_LETTERS),
    MenuItem("Campaigns", "/desk/campaigns", Permission.READ_CAMPAIGNS),
    MenuItem("Organisation", "/desk/organisation", Permission.READ_ORGANISATION),
    MenuItem("Staff", "/desk/staff", Permission.READ_STAFF),
    MenuItem("Acts", "/desk/acts", Permission.READ_ACTS),
    MenuItem("Set-up", "/desk/setup", Permission.EDIT_ORGANISATION),
)


def menu_of(role: Role) -> list[MenuItem]:
    """The menu of a role: the pages that open for it, in the order of the desk."""
    return [item for item in MENU if item.needs in ALLOWED[role]]
