"""Letters to members of staff hold a link, which nobody but their reader may see."""

from datetime import UTC, datetime

from staff.letters import invitation_letter, sign_in_letter
from staff.member import StaffMember
from staff.role import Role
from tests.web.samples import pages

ADA = StaffMember("ada", "ada@example.org", "Ada <Lovelace>", Role.TREASURER)
LINK, EXPIRES = "https://give.example/desk/sign-in/link#secret", datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_an_invitation_says_who_asks_and_until_when() -> None:
    """The name as it is, in text and in HTML; the link in both; personal, so that the desk never shows it."""
    letter = invitation_letter(pages(), ADA, LINK, EXPIRES, cause="abc", invited_by="Grace")

    assert letter.subject == "Grace invites you to the desk of Wren & Sons"
    assert (letter.key, letter.to, letter.personal, letter.expires_at) == (
        "invitation:abc", "ada@example.org", True, EXPIRES,
    )  # fmt: skip
    for words in ("Hello Ada <Lovelace>,", "as treasurer", LINK, "until 24 November 2026 at 12:00"):
        assert words in letter.text
    assert ("Ada &lt;Lovelace&gt;" in letter.html, LINK in letter.html, "<Lovelace>" in letter.html) == (
        True, True, False,
    )  # fmt: skip


def test_a_link_to_sign_in_is_a_letter_for_each_link() -> None:
    """Asked for twice, it comes twice; the same link comes once."""
    first, second, again = (sign_in_letter(pages(), ADA, LINK, EXPIRES, cause=cause) for cause in ("one", "two", "one"))

    assert (first.id == again.id, first.id == second.id) == (True, False)
    assert LINK in first.text
