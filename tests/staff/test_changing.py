"""A change and its act are committed together, or neither is."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import reading
from staff.act import Act, Actor, Subject, by_command, by_member
from staff.changing import NothingRecorded, changing, changing_books
from staff.member import StaffMember
from staff.role import Role
from staff.store import acts_on, add_member, member_by_id
from staff.tables import act, staff_member
from tests.clock import FixedClock

ADA = StaffMember("member-1", "ada@example.org", "Ada", Role.OWNER)
ACTOR = by_member(StaffMember("member-9", "bo@example.org", "Bo", Role.OWNER), "192.0.2.7")
SUBJECT = Subject("staff_member", ADA.id)


class PowerCut(Exception):
    """Something goes wrong in the middle."""


def counts(engine: Engine) -> tuple[int, int]:
    """How many members and acts there are."""
    with reading(engine) as conn:
        members = conn.scalar(sa.select(sa.func.count()).select_from(staff_member))
        acts = conn.scalar(sa.select(sa.func.count()).select_from(act))
    return members or 0, acts or 0


def test_the_act_says_who_did_what_to_what_and_from_where(engine: Engine, clock: FixedClock) -> None:
    """Before and after as they were given."""
    with changing(engine, ACTOR, clock()) as change:
        add_member(change.conn, ADA, change.now)
        change.record("staff.add", SUBJECT, before={"a": [1]}, after={"a": None, "é": "ü"})

    with reading(engine) as conn:
        assert member_by_id(conn, ADA.id) == ADA
        [written] = acts_on(conn, SUBJECT)
    expected = Act(
        written.id, clock(), "member-9", "staff.add", SUBJECT, {"a": [1]}, {"a": None, "é": "ü"}, "192.0.2.7"
    )
    assert written == expected


def test_a_command_acts_by_its_name_and_from_no_address() -> None:
    """It runs on the server."""
    assert by_command("staff add") == Actor("./farthing staff add", None)


@pytest.mark.parametrize(("door", "recorded"), [(changing, True), (changing, False), (changing_books, True)])
def test_what_fails_in_the_middle_leaves_neither_change_nor_act(
    engine: Engine, clock: FixedClock, door: Callable[[Engine, Actor, datetime], Any], recorded: bool
) -> None:
    """Whether the act was recorded already or not; in the books too."""
    with pytest.raises(PowerCut), door(engine, ACTOR, clock()) as change:  # noqa: PT012
        add_member(change.conn, ADA, change.now)
        if recorded:
            change.record("staff.add", SUBJECT)
        raise PowerCut

    assert counts(engine) == (0, 0)


def test_a_change_that_records_nothing_is_undone(engine: Engine, clock: FixedClock) -> None:
    """A route that forgets its act cannot change anything."""
    for door in (changing, changing_books):
        with pytest.raises(NothingRecorded), door(engine, ACTOR, clock()) as change:
            add_member(change.conn, ADA, change.now)

    assert counts(engine) == (0, 0)


def test_the_same_act_is_written_once(engine: Engine, clock: FixedClock) -> None:
    """A button pressed twice; the first press counts."""
    for name in ("first", "second"):
        with changing(engine, ACTOR, clock()) as change:
            change.record("staff.add", SUBJECT, after={"press": name}, act_id="press-1")

    with reading(engine) as conn:
        assert [written.after for written in acts_on(conn, SUBJECT)] == [{"press": "first"}]


def test_acts_without_an_id_are_each_written(engine: Engine, clock: FixedClock) -> None:
    """Two of them in one transaction, too."""
    with changing(engine, ACTOR, clock()) as change:
        change.record("staff.add", SUBJECT)
        change.record("staff.add", SUBJECT)

    assert counts(engine) == (0, 2)
