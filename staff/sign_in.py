"""Links that let a member of staff in once. Only the hash of a link's code is kept.

The code stands behind the # of the link, which browsers send to nobody: neither a log nor a referrer keeps it. The
page takes it from there, or has it pasted, and its button uses it up: mail programs and chat rooms open links to
preview them.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection

from staff import store
from staff.act import Subject
from staff.changing import Change
from staff.member import StaffMember
from staff.role import Role
from web.errors import NotFound
from web.typed import clipped, compact

TOKEN_BYTES = 32
LONGEST_SHOWN = 100
LINK_LIFETIME = timedelta(minutes=30)
RESET_LIFETIME = timedelta(hours=2)
INVITATION_LIFETIME = timedelta(days=3)
LINK_PATH = "/desk/sign-in/link"


class NotAnEmail(ValueError):
    """A member of staff needs an email address; the message says what to type."""


class NoSuchLink(NotFound):
    """A link that signs nobody in: unknown, used or expired. The answer does not say which."""

    def __init__(self) -> None:
        super().__init__(
            "This sign-in link does not work. Each link works once, not for long, and only until a newer one is made.",
            advice="Sign in with your password, have a new link mailed to you, or ask an owner for one.",
        )


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link that was made: for whom, its code, and until when it works."""

    member: StaffMember
    code: str
    expires_at: datetime


def invite(
    change: Change, email: str, name: str = "", role: Role | None = None, lifetime: timedelta = INVITATION_LIFETIME
) -> str:
    """Make a sign-in link for the member of staff with this address, as `invited`; returns its code."""
    return invited(change, email, name, role, lifetime).code


def invited(
    change: Change, email: str, name: str = "", role: Role | None = None, lifetime: timedelta = INVITATION_LIFETIME
) -> SignInLink:
    """Make a sign-in link for the member of staff with this address.

    Somebody new becomes a member, as a treasurer unless `role` says otherwise. A member gets the role that is
    asked for; without one the role stays. Somebody who was disabled or removed may sign in again. Raises NotAnEmail.
    """
    address = _normalised(email)
    member = store.member_by_email(change.conn, address) or _let_in_again(change, address)
    if member is None:
        member = StaffMember(str(uuid4()), address, name.strip() or address, role or Role.TREASURER)
        _add_member(change, member)
    elif role is not None and role is not member.role:
        change_role(change, member, role)
    return make_link(change, member, lifetime)


def make_link(change: Change, member: StaffMember, lifetime: timedelta, *, keep_earlier: bool = False) -> SignInLink:
    """Make a sign-in link for a member. Earlier links of theirs work no more, unless they are kept.

    They are kept where anybody may have asked for this one: a stranger ends nobody's invitation.
    """
    code = secrets.token_urlsafe(TOKEN_BYTES)
    if not keep_earlier:
        store.end_links(change.conn, member.id)
    store.add_link(change.conn, _hash(code), member, change.now + lifetime, change.now)
    expires = {"expires_at": (change.now + lifetime).isoformat()}
    change.record("staff.make_link", Subject("staff_member", member.id), after=expires)
    return SignInLink(member, code, change.now + lifetime)


def link_address(base_url: str, code: str) -> str:
    """The web address of a link."""
    return f"{base_url}{LINK_PATH}#{code}"


def code_of(typed: str) -> str:
    """The code of a link, from the code itself or from the whole link, as somebody pasted it."""
    return compact(typed).rpartition("#")[2]


def member_of_link(conn: Connection, code: str, now: datetime) -> StaffMember:
    """The member whom a link would sign in; this does not use the link up. Raises NoSuchLink."""
    member = store.member_by_link(conn, _hash(code), now)
    if member is None:
        raise NoSuchLink
    return member


def use_link(conn: Connection, code: str, now: datetime) -> StaffMember:
    """Use a link up, and with it every other link of its member; returns whose it was. Raises NoSuchLink."""
    member = member_of_link(conn, code, now)
    if not store.mark_link_used(conn, _hash(code), now):
        raise NoSuchLink
    store.end_links(conn, member.id)
    return member


def change_role(change: Change, member: StaffMember, role: Role) -> None:
    """Give a member another role. Raises LastOwner."""
    store.set_role(change.conn, member.id, role)
    change.record(
        "staff.change_role",
        Subject("staff_member", member.id),
        before={"role": member.role.value},
        after={"role": role.value},
    )


def _let_in_again(change: Change, address: str) -> StaffMember | None:
    member = store.former_member(change.conn, address)
    if member is not None:
        store.enable_member(change.conn, member.id)
        change.record("staff.enable", Subject("staff_member", member.id))
    return member


def _add_member(change: Change, member: StaffMember) -> None:
    store.add_member(change.conn, member, change.now)
    added = {"email": member.email, "name": member.name, "role": member.role.value}
    change.record("staff.add", Subject("staff_member", member.id), after=added)


def _normalised(email: str) -> str:
    try:
        valid = validate_email(compact(email), check_deliverability=False)
    except EmailNotValidError:
        shown = clipped(email, LONGEST_SHOWN)
        raise NotAnEmail(f"“{shown}” is not an email address: write it like name@example.org.") from None
    return valid.normalized.lower()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
