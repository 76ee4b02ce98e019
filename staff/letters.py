"""Letters to members of staff: an invitation, and a link to sign in. Each holds a link, so the desk never shows it."""

from datetime import datetime

from outbox.letters import Letter
from staff.member import StaffMember
from web.pages import LetterWords, Pages


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


def _with_link(key: str, member: StaffMember, words: LetterWords, expires_at: datetime) -> Letter:
    return Letter(key, member.email, *words, to_name=member.name, personal=True, expires_at=expires_at)
