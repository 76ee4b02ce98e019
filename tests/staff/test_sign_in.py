"""A link lets one member of staff in, once, for a while; what is kept of it opens nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import reading, writing
from staff.act import Act, Subject, by_command
from staff.changing import changing
from staff.member import StaffMember
from staff.role import Role
from staff.sign_in import (
    INVITATION_LIFETIME,
    LINK_LIFETIME,
    NoSuchLink,
    NotAnEmail,
    invite,
    member_of_link,
    use_link,
)
from staff.store import acts_on, member_by_email
from staff.tables import act, sign_in_link, staff_member
from tests.clock import FixedClock
from tests.staff.signing_in import ADA, link_token


def ada(engine: Engine) -> StaffMember:
    """Ada, as she is kept."""
    with reading(engine) as conn:
        member = member_by_email(conn, ADA)
    assert member is not None
    return member


def acts_on_ada(engine: Engine) -> list[Act]:
    """What was done to Ada, without her links."""
    with reading(engine) as conn:
        acts = acts_on(conn, Subject("staff_member", ada(engine).id))
    return [act for act in acts if act.what != "staff.make_link"]


def test_what_is_no_address_is_named_as_it_was_typed(engine: Engine, clock: FixedClock) -> None:
    """In quotation marks that people use, and never as Python writes it."""
    with pytest.raises(NotAnEmail) as refusal:
        link_token(engine, clock(), email="ada's\\mail")
    assert str(refusal.value).startswith("“ada's\\mail” is not an email address")


def test_a_link_works_once(engine: Engine, clock: FixedClock) -> None:
    """Somebody who finds it later in a mailbox cannot sign in."""
    token = link_token(engine, clock())
    with writing(engine) as conn:
        use_link(conn, token, clock())

    with writing(engine) as conn, pytest.raises(NoSuchLink):
        use_link(conn, token, clock())


def test_of_two_presses_at_once_one_gets_in(engine: Engine, clock: FixedClock) -> None:
    """The database decides."""
    token = link_token(engine, clock())

    def press(_n: int) -> bool:
        try:
            with writing(engine) as conn:
                use_link(conn, token, clock())
        except NoSuchLink:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(press, range(4))) == [False, False, False, True]


@pytest.mark.parametrize("lifetime", [LINK_LIFETIME, INVITATION_LIFETIME], ids=["link", "invitation"])
def test_a_link_expires(engine: Engine, clock: FixedClock, lifetime: timedelta) -> None:
    """It works until its last second."""
    token = link_token(engine, clock(), lifetime=lifetime)
    clock.advance(lifetime - timedelta(seconds=1))
    with reading(engine) as conn:
        assert member_of_link(conn, token, clock()).name == "Ada"
        clock.advance(timedelta(seconds=1))
        with pytest.raises(NoSuchLink):
            member_of_link(conn, token, clock())


def test_a_newer_link_ends_the_one_before(engine: Engine, clock: FixedClock) -> None:
    """A sandbox prints one at every start."""
    first, second = link_token(engine, clock()), link_token(engine, clock())

    with reading(engine) as conn:
        assert member_of_link(conn, second, clock()).name == "Ada"
        with pytest.raises(NoSuchLink):
            member_of_link(conn, first, clock())


def test_a_link_of_a_clock_that_was_ahead_is_refused(engine: Engine, clock: FixedClock) -> None:
    """It would sign in whoever finds it, until that day."""
    token = link_token(engine, clock() + timedelta(days=1800))

    with reading(engine) as conn, pytest.raises(NoSuchLink):
        member_of_link(conn, token, clock())


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "A" * 10_000])
def test_any_other_token_signs_nobody_in(engine: Engine, clock: FixedClock, token: str) -> None:
    """Whatever stands in the address."""
    link_token(engine, clock())
    with reading(engine) as conn, pytest.raises(NoSuchLink):
        member_of_link(conn, token, clock())


def test_what_is_kept_of_a_link_does_not_open_it(engine: Engine, clock: FixedClock) -> None:
    """A copy of the database signs nobody in."""
    token = link_token(engine, clock())
    with reading(engine) as conn:
        [row] = conn.execute(sa.select(sign_in_link)).all()
        logged = conn.scalars(sa.select(act.c.after)).all()

    assert row.token_hash == sha256(token.encode()).digest()
    assert token not in str(logged)


def test_one_address_is_one_member(engine: Engine, clock: FixedClock) -> None:
    """Invited again, in capitals, Ada is still Ada; links that have expired are removed."""
    link_token(engine, clock(), lifetime=LINK_LIFETIME)
    clock.advance(LINK_LIFETIME)
    with changing(engine, by_command("staff add"), clock()) as change:
        invite(change, " ADA@Example.ORG ", "Somebody else")

    with reading(engine) as conn:
        members = conn.execute(sa.select(staff_member.c.email, staff_member.c.name, staff_member.c.role)).all()
        links = conn.scalar(sa.select(sa.func.count()).select_from(sign_in_link))
    assert ([tuple(row) for row in members], links) == ([(ADA, "Ada", "owner")], 1)


def test_a_member_without_an_address_is_refused(engine: Engine, clock: FixedClock) -> None:
    """With what to type instead; nobody is added, and nothing is logged."""
    with (
        pytest.raises(NotAnEmail, match=r"write it like name@example\.org"),
        changing(engine, by_command("staff add"), clock()) as change,
    ):
        invite(change, "Ada", "Ada")

    with reading(engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(act)) == 0


def test_somebody_new_is_a_treasurer_unless_a_role_is_named(engine: Engine, clock: FixedClock) -> None:
    """And the log says who was added, as what, by which command."""
    with changing(engine, by_command("staff add"), clock()) as change:
        invite(change, ADA, "Ada")

    member, [added] = ada(engine), acts_on_ada(engine)
    assert member.role is Role.TREASURER
    assert (added.who, added.what, added.before, added.at) == ("./farthing staff add", "staff.add", None, clock())
    assert added.after == {"email": ADA, "name": "Ada", "role": "treasurer"}


def test_another_role_is_given_and_logged(engine: Engine, clock: FixedClock) -> None:
    """Once; the same role again changes nothing."""
    for role in (Role.TREASURER, Role.AUDITOR, Role.AUDITOR):
        link_token(engine, clock(), role)
        clock.advance(timedelta(seconds=1))

    assert ada(engine).role is Role.AUDITOR
    assert [(act.what, act.before, act.after) for act in acts_on_ada(engine)][1:] == [
        ("staff.change_role", {"role": "treasurer"}, {"role": "auditor"})
    ]
