"""Letters to members of staff: an invitation, a link to sign in, and a notice of a sign-in.

The first two hold a link that signs their reader in, so the desk never shows them.
"""

import hashlib
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from sqlalchemy.engine import Connection

from outbox.letters import Letter, NotALetter, post_letter
from staff.member import StaffMember
from staff.session_words import browser_words
from staff.sign_in import SignInLink, link_address
from web.pages import LetterWords, Pages
from web.sessions import Device


def invitation_letter(
    pages: Pages, member: StaffMember, link: str, expires_at: datetime, *, cause: str, invited_by: str = ""
) -> Letter:
    """An invitation to the desk. `cause` tells one link from another, such as its token's hash; `link` is whole."""
    words = pages.letter(
        "staff/letters/invitation",
        name=member.name, role=member.role.value, link=link, expires_at=expires_at, invited_by=invited_by,
    )  # fmt: skip
    return _with_link(f"invitation:{cause}", member, words, expires_at)


def sign_in_letter(pages: Pages, member: StaffMember, link: str, expires_at: datetime, *, cause: str) -> Letter:
    """A link that signs in, for a member of staff who has asked for one."""
    words = pages.letter("staff/letters/sign_in", name=member.name, link=link, expires_at=expires_at)
    return _with_link(f"sign-in:{cause}", member, words, expires_at)


def new_sign_in_letter(pages: Pages, member: StaffMember, device: Device, at: datetime, *, cause: str) -> Letter:
    """A notice that somebody has signed in as this member: if it was not they, they are to do something."""
    words = pages.letter(
        "staff/letters/new_sign_in",
        name=member.name, browser=browser_words(device.browser), address=device.address, at=at,
    )  # fmt: skip
    return Letter(f"new-sign-in:{cause}", member.email, *words, to_name=member.name)


def post_staff_link(
    conn: Connection, pages: Pages, member: StaffMember, link: SignInLink, now: datetime, *, invited_by: str | None
) -> None:
    """Mail a link: as an invitation by somebody, or (None) to whoever has asked for it.

    An address or a name that no letter can carry is left out; the link is shown as well.
    """
    cause, address = hashlib.sha256(link.code.encode()).hexdigest()[:32], link_address(pages.base_url, link.code)
    with suppress(NotALetter):
        if invited_by is None:
            letter = sign_in_letter(pages, member, address, link.expires_at, cause=cause)
        else:
            letter = invitation_letter(pages, member, address, link.expires_at, cause=cause, invited_by=invited_by)
        post_letter(conn, letter, now, urgent=True)


def post_sign_in_notice(pages: Pages, conn: Connection, member: StaffMember, device: Device, now: datetime) -> None:
    """Mail a notice of a sign-in."""
    with suppress(NotALetter):
        post_letter(conn, new_sign_in_letter(pages, member, device, now, cause=uuid4().hex), now)


def _with_link(key: str, member: StaffMember, words: LetterWords, expires_at: datetime) -> Letter:
    return Letter(key, member.email, *words, to_name=member.name, personal=True, expires_at=expires_at)
