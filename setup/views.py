"""What setting up asks of tables of several packages."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payments.gifts.gift import GiftState
from payments.gifts.tables import gift
from payments.inbox.tables import delivery
from staff.role import Role
from staff.tables import second_factor, staff_member, staff_password


def owner_names(conn: Connection) -> list[str]:
    """The names of those who own the desk."""
    member = staff_member.c
    mine = sa.select(member.name).where(member.role == Role.OWNER.value, member.removed_at.is_(None))
    return list(conn.scalars(mine.order_by(member.name)))


def owner_waiting(conn: Connection) -> str | None:
    """The address of the first owner, where none of the owners has set a password yet."""
    m, has_password = staff_member.c, sa.exists().where(staff_password.c.staff_id == staff_member.c.id)
    here = sa.and_(m.role == Role.OWNER.value, m.removed_at.is_(None), m.disabled_at.is_(None))
    if conn.scalar(sa.select(m.id).where(here, has_password).limit(1)) is not None:
        return None
    email: str | None = conn.scalar(sa.select(m.email).where(here).order_by(m.name, m.id).limit(1))
    return email


def has_second_factor(conn: Connection, member_id: str) -> bool:
    """Whether a member of staff signs in with a code as well."""
    chosen = sa.select(second_factor.c.staff_id).where(second_factor.c.staff_id == member_id)
    return conn.scalar(chosen) is not None


def first_delivery_at(conn: Connection) -> datetime | None:
    """When the first message from Stripe arrived."""
    first: datetime | None = conn.scalar(
        sa.select(sa.func.min(delivery.c.received_at, type_=delivery.c.received_at.type))
    )
    return first


def has_received_gift(conn: Connection) -> bool:
    """Whether a gift was ever received."""
    received = sa.select(gift.c.id).where(gift.c.state == GiftState.RECEIVED.value).limit(1)
    return conn.scalar(received) is not None
