"""Read and write members of staff, sign-in links and acts."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from database.bulk import insert_rows, put_rows
from database.questions import has_come
from staff.act import Act, Subject
from staff.member import StaffMember
from staff.role import Role
from staff.tables import act, sign_in_link, staff_campaign, staff_member
from web.errors import Refusal, Trouble

LONGEST_LIFETIME = timedelta(days=3)  # of an invitation; other links live shorter
_MAY_SIGN_IN = (staff_member.c.disabled_at.is_(None), staff_member.c.removed_at.is_(None))


class LastOwner(Refusal):
    """Without an owner nobody could let anybody in. The database refuses it, also of two who leave at once."""

    trouble = Trouble(
        409,
        "This is the last owner",
        "Somebody has to be an owner: nobody else can manage staff. Nothing was changed.",
        "Make somebody else an owner first.",
    )


def add_member(conn: Connection, member: StaffMember, now: datetime) -> None:
    """Add a member of staff."""
    conn.execute(
        sa.insert(staff_member).values(
            id=member.id, email=member.email, name=member.name, role=member.role.value, created_at=now
        )
    )


def set_role(conn: Connection, member_id: str, role: Role) -> None:
    """Give a member of staff another role. Raises LastOwner."""
    change_member(conn, member_id, role=role.value)


def change_member(conn: Connection, member_id: str, **values: object) -> None:
    """Set columns of a member of staff, such as `disabled_at`. Raises LastOwner."""
    try:
        conn.execute(sa.update(staff_member).where(staff_member.c.id == member_id).values(values))
    except IntegrityError as error:
        if "the last owner stays" in str(error.orig):
            raise LastOwner from None
        raise


def enable_member(conn: Connection, member_id: str) -> None:
    """Let a member in again who was disabled or removed."""
    change_member(conn, member_id, disabled_at=None, removed_at=None)


def member_by_email(conn: Connection, email: str) -> StaffMember | None:
    """The member of staff with this address, in lower case, who may sign in."""
    return _member(conn, staff_member.c.email == email, *_MAY_SIGN_IN)


def member_by_id(conn: Connection, member_id: str) -> StaffMember | None:
    """The member of staff with this id, who may sign in."""
    return _member(conn, staff_member.c.id == member_id, *_MAY_SIGN_IN)


def former_member(conn: Connection, email: str) -> StaffMember | None:
    """The member of staff with this address, in lower case, who was disabled or removed."""
    return _member(conn, staff_member.c.email == email, sa.not_(sa.and_(*_MAY_SIGN_IN)))


def campaigns_of(conn: Connection, member_id: str) -> frozenset[int]:
    """The ids of the campaigns that an organiser looks after."""
    c = staff_campaign.c
    return frozenset(conn.scalars(sa.select(c.campaign_id).where(c.staff_id == member_id)))


def organisers_of(conn: Connection, campaign_ids: Collection[int]) -> dict[int, list[str]]:
    """By campaign: the names of the members who look after it."""
    names: dict[int, list[str]] = {}
    rows = conn.execute(
        sa.select(staff_campaign.c.campaign_id, staff_member.c.name)
        .join(staff_member, staff_member.c.id == staff_campaign.c.staff_id)
        .where(staff_campaign.c.campaign_id.in_(campaign_ids), staff_member.c.removed_at.is_(None))
        .order_by(staff_member.c.name)
    )
    for campaign_id, name in rows:
        names.setdefault(campaign_id, []).append(name)
    return names


def set_campaigns(conn: Connection, member_id: str, campaign_ids: Collection[int]) -> None:
    """Give an organiser these campaigns to look after, and no others."""
    conn.execute(sa.delete(staff_campaign).where(staff_campaign.c.staff_id == member_id))
    rows = [{"staff_id": member_id, "campaign_id": campaign_id} for campaign_id in sorted(campaign_ids)]
    insert_rows(conn, staff_campaign, rows)


def add_link(conn: Connection, token_hash: bytes, member: StaffMember, expires_at: datetime, now: datetime) -> None:
    """Keep a new link's hash, and remove links that have expired."""
    conn.execute(sa.delete(sign_in_link).where(has_come(sign_in_link.c.expires_at, now, LONGEST_LIFETIME)))
    conn.execute(sa.insert(sign_in_link).values(token_hash=token_hash, staff_id=member.id, expires_at=expires_at))


def end_links(conn: Connection, member_id: str) -> None:
    """Let the links of a member that were not used work no more."""
    link = sign_in_link.c
    conn.execute(sa.delete(sign_in_link).where(link.staff_id == member_id, link.used_at.is_(None)))


def member_by_link(conn: Connection, token_hash: bytes, now: datetime) -> StaffMember | None:
    """The member whom a link would sign in; None when it is unknown, used or expired."""
    staff_id = sa.select(sign_in_link.c.staff_id).where(*_usable(token_hash, now))
    return _member(conn, staff_member.c.id == staff_id.scalar_subquery(), *_MAY_SIGN_IN)


def mark_link_used(conn: Connection, token_hash: bytes, now: datetime) -> bool:
    """Mark a link as used; False when it cannot be used. Of two requests at once, only one gets True."""
    marked = conn.execute(sa.update(sign_in_link).where(*_usable(token_hash, now)).values(used_at=now))
    return marked.rowcount == 1


def _usable(token_hash: bytes, now: datetime) -> Sequence[sa.ColumnElement[bool]]:
    link = sign_in_link.c
    return (
        link.token_hash == token_hash,
        link.used_at.is_(None),
        sa.not_(has_come(link.expires_at, now, LONGEST_LIFETIME)),
    )


def _member(conn: Connection, *conditions: sa.ColumnElement[bool]) -> StaffMember | None:
    m = staff_member.c
    row = conn.execute(sa.select(m.id, m.email, m.name, m.role).where(*conditions)).one_or_none()
    return None if row is None else StaffMember(row.id, row.email, row.name, Role(row.role))


def add_act(conn: Connection, done: Act) -> None:
    """Add an act to the log. An act whose id is there already is left out: the first one counts."""
    if conn.scalar(sa.select(act.c.id).where(act.c.id == done.id)) is not None:
        return  # SQLite's guard against REPLACE would refuse the row before ON CONFLICT is looked at
    row = {
        "id": done.id,
        "at": done.at,
        "who": done.who,
        "what": done.what,
        "subject_kind": done.subject.kind,
        "subject_id": done.subject.id,
        "before": done.before,
        "after": done.after,
        "address": done.address,
    }
    put_rows(conn, act, [row], "DO NOTHING")


def acts_on(conn: Connection, subject: Subject) -> list[Act]:
    """Everything that was done to this subject, oldest first."""
    a = act.c
    rows = conn.execute(
        sa.select(act).where(a.subject_kind == subject.kind, a.subject_id == subject.id).order_by(a.at, a.id)
    )
    return [act_of(row) for row in rows]


def newest_acts(conn: Connection, kind: str) -> dict[str, str]:
    """What was done last to each subject of a kind, by its id."""
    a = act.c
    rows = conn.execute(sa.select(a.subject_id, a.what).where(a.subject_kind == kind).order_by(a.at, a.id))
    return {row.subject_id: row.what for row in rows}


def newest_of(conn: Connection, what: str, limit: int) -> list[Act]:
    """The last acts of one kind, the newest first."""
    rows = conn.execute(sa.select(act).where(act.c.what == what).order_by(act.c.at.desc(), act.c.id).limit(limit))
    return [act_of(row) for row in rows]


def act_of(row: sa.Row[Any]) -> Act:
    """The act that a row of the log holds."""
    subject = Subject(row.subject_kind, row.subject_id)
    return Act(row.id, row.at, row.who, row.what, subject, row.before, row.after, row.address)
