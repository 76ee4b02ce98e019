"""The last owner stays, whatever two people do at the same moment: the database itself refuses it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import reading, writing
from staff.role import Role
from staff.store import LastOwner, member_by_email, set_role
from staff.tables import staff_member
from tests.clock import FixedClock
from tests.staff.signing_in import ADA, link_token

BO = "bo@example.org"


def ids(engine: Engine, *emails: str) -> Sequence[str]:
    """The ids of these members."""
    with reading(engine) as conn:
        return [member.id for email in emails if (member := member_by_email(conn, email))]


def owners(engine: Engine) -> int:
    """How many owners there are."""
    with reading(engine) as conn:
        m = staff_member.c
        count = sa.select(sa.func.count()).where(m.role == "owner", m.disabled_at.is_(None), m.removed_at.is_(None))
        return conn.scalar(count) or 0


def test_the_last_owner_stays_an_owner(engine: Engine, clock: FixedClock) -> None:
    """A treasurer beside them is not enough; another owner is."""
    link_token(engine, clock())
    link_token(engine, clock(), Role.TREASURER, BO)
    ada, bo = ids(engine, ADA, BO)

    with pytest.raises(LastOwner), writing(engine) as conn:
        set_role(conn, ada, Role.TREASURER)
    with writing(engine) as conn:
        set_role(conn, bo, Role.OWNER)
        set_role(conn, ada, Role.TREASURER)

    assert owners(engine) == 1


def test_of_two_owners_who_leave_at_once_one_stays(engine: Engine, clock: FixedClock) -> None:
    """Each has changed their own row before either commits; ten times, because it is a race."""
    for email in (ADA, BO):
        link_token(engine, clock(), Role.OWNER, email)
    members = ids(engine, ADA, BO)
    for _ in range(10):
        meeting = Barrier(2)

        def leave(member_id: str, meeting: Barrier = meeting) -> bool:
            meeting.wait()
            try:
                with writing(engine) as conn:
                    set_role(conn, member_id, Role.AUDITOR)
            except LastOwner:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(leave, members)) == [False, True]
        assert owners(engine) == 1
        with writing(engine) as conn:
            for member_id in members:
                set_role(conn, member_id, Role.OWNER)
