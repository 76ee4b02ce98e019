"""What the desk lists of staff: its members, and what they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from staff.act import Act
from staff.member import StaffMember
from staff.role import Role
from staff.store import act_of
from staff.tables import act, second_factor, staff_member, staff_password

MOST_TEXT = 100


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of staff as the list shows them."""

    member: StaffMember
    created_at: datetime
    signed_in_at: datetime | None
    disabled_at: datetime | None
    has_password: bool
    has_second_factor: bool

    @property
    def is_invited(self) -> bool:
        """Whether they have still to choose a password."""
        return not self.has_password and self.signed_in_at is None


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act, and the name of the member who did it; a command goes by its own name."""

    act: Act
    who: str


@dataclass(frozen=True, slots=True)
class ActSearch:
    """Which acts are wanted: of a person (id, or a command's name), with these words, of days from and until."""

    who: str = ""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


def member_rows(conn: Connection) -> list[MemberRow]:
    """Every member of staff but those who were removed, by name."""
    return [_member_row(row) for row in conn.execute(_members().order_by(sa.func.lower(staff_member.c.name)))]


def member_row(conn: Connection, member_id: str) -> MemberRow | None:
    """The member of staff with this id, also a disabled one; None for one who was removed."""
    row = conn.execute(_members().where(staff_member.c.id == member_id)).one_or_none()
    return None if row is None else _member_row(row)


def act_rows(conn: Connection, search: ActSearch, limit: int, page: int) -> list[ActRow]:
    """The acts that are searched for, newest first."""
    acts = act.outerjoin(staff_member, staff_member.c.id == act.c.who)
    rows = conn.execute(
        sa.select(act, staff_member.c.name.label("member_name"))
        .select_from(acts)
        .where(*_conditions(search))
        .order_by(act.c.at.desc(), act.c.id)
        .limit(limit)
        .offset((page - 1) * (limit - 1))
    )
    return [ActRow(act_of(row), row.member_name or row.who) for row in rows]


def actors(conn: Connection) -> list[tuple[str, str]]:
    """Who has ever done something: id and name, by name."""
    acts = act.outerjoin(staff_member, staff_member.c.id == act.c.who)
    rows = conn.execute(sa.select(act.c.who, staff_member.c.name).select_from(acts).distinct())
    return sorted(((row.who, row.name or row.who) for row in rows), key=lambda actor: actor[1].lower())


def _conditions(search: ActSearch) -> Sequence[sa.ColumnElement[bool]]:
    a = act.c
    conditions = [a.who == search.who] if search.who else []
    for word in search.words[:MOST_TEXT].split():
        places = (a.what, a.subject_kind, a.subject_id, sa.cast(a.before, sa.Text), sa.cast(a.after, sa.Text))
        columns = [sa.func.lower(sa.func.coalesce(place, "")) for place in places]
        conditions.append(sa.or_(*[column.contains(word.lower(), autoescape=True) for column in columns]))
    if search.since is not None:
        conditions.append(a.at >= search.since)
    if search.until is not None:
        conditions.append(a.at < search.until)
    return conditions


def _members() -> sa.Select[Any]:
    m = staff_member.c
    joined = staff_member.outerjoin(staff_password, staff_password.c.staff_id == m.id).outerjoin(
        second_factor, second_factor.c.staff_id == m.id
    )
    columns = (m.id, m.email, m.name, m.role, m.created_at, m.signed_in_at, m.disabled_at)
    has = (staff_password.c.set_at.label("password_at"), second_factor.c.set_at.label("factor_at"))
    return sa.select(*columns, *has).select_from(joined).where(m.removed_at.is_(None))


def _member_row(row: sa.Row[Any]) -> MemberRow:
    member = StaffMember(row.id, row.email, row.name, Role(row.role))
    has_password, has_factor = row.password_at is not None, row.factor_at is not None
    return MemberRow(member, row.created_at, row.signed_in_at, row.disabled_at, has_password, has_factor)
