"""Sign in by a link that works once. Only the hash of its token is kept.

The link leads to a page with a button, and the button uses the link up: mail programs and chat rooms open links
to preview them.
"""

import hashlib
import secrets
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
from web.sessions import Holder, HolderKind, start_session
from web.typed import compact

TOKEN_BYTES = 32
LINK_LIFETIME = timedelta(minutes=30)
INVITATION_LIFETIME = timedelta(hours=24)


class NotAnEmail(ValueError):
    """A member of staff needs an email address; the message says what to type."""


class NoSuchLink(NotFound):
    """A link that signs nobody in: unknown, used or expired. The answer does not say which."""

    def __init__(self) -> None:
        super().__init__(
            "This sign-in link does not work. Each link works once, and not for long.",
            advice="Make a new one on the server: ./farthing staff add YOUR-EMAIL",
        )


def invite(
    change: Change, email: str, name: str = "", role: Role | None = None, lifetime: timedelta = INVITATION_LIFETIME
) -> str:
    """Make a sign-in link for the member of staff with this address; returns its token.

    Somebody new becomes a member, as a treasurer unless `role` says otherwise. A member gets the role that is
    asked for; without one the role stays. Raises NotAnEmail.
    """
    address = _normalised(email)
    member = store.member_by_email(change.conn, address)
    if member is None:
        member = StaffMember(str(uuid4()), address, name.strip() or address, role or Role.TREASURER)
        _add_member(change, member)
    elif role is not None and role is not member.role:
        _change_role(change, member, role)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    store.add_link(change.conn, _hash(token), member, change.now + lifetime, change.now)
    expires = {"expires_at": (change.now + lifetime).isoformat()}
    change.record("staff.make_link", Subject("staff_member", member.id), after=expires)
    return token


def member_of_link(conn: Connection, token: str, now: datetime) -> StaffMember:
    """The member whom a link would sign in; this does not use the link up. Raises NoSuchLink."""
    member = store.member_by_link(conn, _hash(token), now)
    if member is None:
        raise NoSuchLink
    return member


def sign_in(conn: Connection, token: str, now: datetime) -> str:
    """Use the link up and start a session; returns the session's token. Raises NoSuchLink."""
    member = member_of_link(conn, token, now)
    if not store.use_link(conn, _hash(token), now):
        raise NoSuchLink
    return start_session(conn, Holder(HolderKind.STAFF, member.id), now)


def _add_member(change: Change, member: StaffMember) -> None:
    store.add_member(change.conn, member, change.now)
    added = {"email": member.email, "name": member.name, "role": member.role.value}
    change.record("staff.add", Subject("staff_member", member.id), after=added)


def _change_role(change: Change, member: StaffMember, role: Role) -> None:
    store.set_role(change.conn, member.id, role)
    change.record(
        "staff.change_role",
        Subject("staff_member", member.id),
        before={"role": member.role.value},
        after={"role": role.value},
    )


def _normalised(email: str) -> str:
    try:
        valid = validate_email(compact(email), check_deliverability=False)
    except EmailNotValidError:
        raise NotAnEmail(f"{email!r} is not an email address: write it like name@example.org.") from None
    return valid.normalized.lower()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
