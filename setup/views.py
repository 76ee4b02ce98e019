"""What setting up asks of tables of several packages."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from staff.role import Role
from staff.tables import staff_member


def owner_names(conn: Connection) -> list[str]:
    """The names of those who own the desk."""
    member = staff_member.c
    return list(conn.scalars(sa.select(member.name).where(member.role == Role.OWNER.value).order_by(member.name)))
