"""Sign-in links for tests of the desk."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from staff.act import by_command
from staff.changing import changing
from staff.role import Role
from staff.sign_in import INVITATION_LIFETIME, invite

ADA = "ada@example.org"


def link_token(
    engine: Engine, now: datetime, role: Role = Role.OWNER, email: str = ADA, lifetime: timedelta = INVITATION_LIFETIME
) -> str:
    """The token of a link for a member of staff, who is added if need be. Called Ada, or as their address begins."""
    with changing(engine, by_command("staff add"), now) as change:
        return invite(change, email, email.partition("@")[0].capitalize(), role, lifetime)


def link_path(engine: Engine, now: datetime, role: Role = Role.OWNER) -> str:
    """The path of a link for Ada."""
    return f"/desk/sign-in/{link_token(engine, now, role)}"
