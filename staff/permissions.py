"""What each role may do, and where the desk's menu leads: the one table that routes, pages and a test read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from staff.role import Role


class Permission(StrEnum):
    """Something that a role allows. A route of the desk names the permission that it needs."""

    READ_MONEY = "read money"
    CHANGE_MONEY = "change money"
    END_CHECKS = "end checks"
    REOPEN_MONTHS = "reopen months"
    CONFIRM_CLAIMS = "confirm claims"
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
    MANAGE_TOKENS = "manage tokens"
    MANAGE_WEBHOOKS = "manage webhooks"
    EDIT_RULES = "edit rules"


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
    Role.TREASURER: frozenset(Permission)
    - {
        Permission.MANAGE_STAFF,
        Permission.REOPEN_MONTHS,
        Permission.CONFIRM_CLAIMS,
        Permission.MANAGE_TOKENS,
        Permission.MANAGE_WEBHOOKS,
        Permission.EDIT_RULES,
    },
    Role.ORGANISER: frozenset({Permission.READ_CAMPAIGNS, Permission.EDIT_CAMPAIGNS}),
    Role.AUDITOR: _READS,
}


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A link of the desk's menu, for the roles that may follow it. Lists stand in a row of their own, with counts.

    `is_political`: only an organisation that is, was or will be under rules on political donations has it.
    """

    label: str
    path: str
    needs: Permission
    is_list: bool = False
    is_political: bool = False


_MONEY, _LETTERS = Permission.READ_MONEY, Permission.READ_LETTERS
MENU = (
    MenuItem("Overview", "/desk", _MONEY),
    MenuItem("Trends", "/desk/trends", _MONEY),
    MenuItem("Books", "/desk/books", _MONEY),
    MenuItem("Reports", "/desk/reports", _MONEY, is_political=True),
    MenuItem("Offline", "/desk/offline", _MONEY),
    MenuItem("Bank", "/desk/bank", _MONEY),
    MenuItem("Campaigns", "/desk/campaigns", Permission.READ_CAMPAIGNS),
    MenuItem("Sign-ups", "/desk/sign-ups", _LETTERS),
    MenuItem("Organisation", "/desk/organisation", Permission.READ_ORGANISATION),
    MenuItem("Staff", "/desk/staff", Permission.READ_STAFF),
    MenuItem("Acts", "/desk/acts", Permission.READ_ACTS),
    MenuItem("Set-up", "/desk/setup", Permission.EDIT_ORGANISATION),
    MenuItem("Gifts", "/desk/gifts", _MONEY, is_list=True),
    MenuItem("Donors", "/desk/donors", _MONEY, is_list=True),
    MenuItem("Recurring", "/desk/recurring", _MONEY, is_list=True),
    MenuItem("Refunds", "/desk/refunds", _MONEY, is_list=True),
    MenuItem("Disputes", "/desk/disputes", _MONEY, is_list=True),
    MenuItem("Checks", "/desk/checks", _MONEY, is_list=True, is_political=True),
    MenuItem("Payouts", "/desk/payouts", _MONEY, is_list=True),
    MenuItem("Documents", "/desk/documents", _MONEY, is_list=True),
    MenuItem("Letters", "/desk/letters", _LETTERS, is_list=True),
    MenuItem("Entries", "/desk/entries", _MONEY, is_list=True),
)


def menu_of(role: Role) -> list[MenuItem]:
    """The menu of a role: the pages that open for it, in the order of the desk."""
    return [item for item in MENU if item.needs in ALLOWED[role]]
