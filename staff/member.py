"""Members of staff. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass

from staff.permissions import ALLOWED, MenuItem, Permission, menu_of
from staff.role import Role


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who may sign in at the desk. `email` is in lower case."""

    id: str
    email: str
    name: str
    role: Role

    def may(self, permission: Permission | str) -> bool:
        """Whether their role allows this. Templates name the permission by its words: `member.may("change money")`."""
        return Permission(permission) in ALLOWED[self.role]

    @property
    def menu(self) -> Sequence[MenuItem]:
        """The pages of the desk that open for them."""
        return menu_of(self.role)

    @property
    def home(self) -> str:
        """Where signing in leads: the first page of their menu."""
        return self.menu[0].path if self.menu else "/desk/account"
