"""What an owner does to members of staff: another role, campaigns, disabled, removed, reset. Sessions end at once."""

from collections.abc import Collection
from datetime import timedelta

from staff import store
from staff.act import Subject
from staff.changing import Change
from staff.credentials_store import forget_credentials
from staff.member import StaffMember
from staff.role import Role
from staff.sign_in import INVITATION_LIFETIME, LINK_LIFETIME, SignInLink, change_role, make_link
from web.errors import Refusal, Trouble
from web.sessions import Holder, HolderKind, end_sessions_of
from web.typed import compact


class NoSuchMember(Refusal):
    """Nobody who may sign in has this address."""

    trouble = Trouble(
        404,
        "Nobody has this address",
        "No member of staff has this address.",
        "See who there is: ./farthing staff list",
    )


def change_work(change: Change, member: StaffMember, role: Role, campaigns: Collection[int]) -> None:
    """Give a member this role, and an organiser these campaigns. What stays as it is is not recorded."""
    before, after = store.campaigns_of(change.conn, member.id), set(campaigns) if role is Role.ORGANISER else set()
    if role is not member.role:
        change_role(change, member, role)
    if before != after:
        store.set_campaigns(change.conn, member.id, after)
        change.record(
            "staff.assign_campaigns",
            _subject(member),
            before={"campaigns": sorted(before)},
            after={"campaigns": sorted(after)},
        )


def disable(change: Change, member: StaffMember) -> None:
    """Let a member in no more, until they are enabled. Raises LastOwner."""
    store.change_member(change.conn, member.id, disabled_at=change.now)
    _shut_out(change, member)
    change.record("staff.disable", _subject(member))


def enable(change: Change, member: StaffMember) -> None:
    """Let a member in again."""
    store.enable_member(change.conn, member.id)
    change.record("staff.enable", _subject(member))


def remove(change: Change, member: StaffMember) -> None:
    """Let a member in no more, and forget what they signed in with. Their acts stay. Raises LastOwner."""
    store.change_member(change.conn, member.id, removed_at=change.now)
    _shut_out(change, member)
    store.set_campaigns(change.conn, member.id, ())
    forget_credentials(change.conn, member.id)
    change.record("staff.remove", _subject(member), before={"role": member.role.value})


def reset(change: Change, member: StaffMember, lifetime: timedelta = INVITATION_LIFETIME) -> SignInLink:
    """Forget password, second factor and codes of a member who has lost them; returns a link to set new ones."""
    _shut_out(change, member)
    forget_credentials(change.conn, member.id)
    change.record("staff.reset", _subject(member))
    return make_link(change, member, lifetime)


def remove_by_email(change: Change, email: str) -> StaffMember:
    """Remove the member with this address, and return who it was. Raises LastOwner and NoSuchMember."""
    member = _by_email(change, email)
    remove(change, member)
    return member


def reset_by_email(change: Change, email: str) -> str:
    """Reset how the member with this address signs in; returns the code of a link. Raises NoSuchMember."""
    return reset(change, _by_email(change, email), LINK_LIFETIME).code


def end_sessions(change: Change, member: StaffMember) -> None:
    """End every session of a member."""
    ended = end_sessions_of(change.conn, Holder(HolderKind.STAFF, member.id))
    change.record("staff.end_sessions", _subject(member), before={"sessions": ended})


def _by_email(change: Change, email: str) -> StaffMember:
    member = store.member_by_email(change.conn, compact(email).lower())
    if member is None:
        raise NoSuchMember
    return member


def _shut_out(change: Change, member: StaffMember) -> None:
    end_sessions_of(change.conn, Holder(HolderKind.STAFF, member.id))
    store.end_links(change.conn, member.id)


def _subject(member: StaffMember) -> Subject:
    return Subject("staff_member", member.id)
