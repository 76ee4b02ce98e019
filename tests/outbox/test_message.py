"""Whatever a name, a subject or a text is made of, an email says exactly that, to exactly one address."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.letters import Letter, LetterState, NotALetter, PostedLetter
from outbox.mail_server import Sender
from outbox.message import ascii_address, email_of, shown_name

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAMES = st.text(st.characters(codec="utf-8"), max_size=60)
# Line ends of other kinds than a letter's own are counted otherwise by the mail library; `tidy` lets none in.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\v\f\x1c\x1d\x1e\x85\u2028\u2029"), max_size=60)


def read_back(letter: Letter) -> EmailMessage:
    """The email as a mail program reads its bytes."""
    posted = PostedLetter(letter, letter.id, NOW, LetterState.WAITING, None, None, None, "", None)
    sent = email_of(posted, Sender("giving@wren.example", "Wren"), {}, NOW)
    return message_from_bytes(sent.as_bytes(), policy=policy.default)


@given(NAMES, NAMES, TEXTS)
def test_a_letter_reads_as_it_was_written_or_cannot_be_made(name: str, subject: str, text: str) -> None:
    """No name and no subject adds a header, an address or a line."""
    try:
        letter = Letter("a", "zoe@example.org", subject, text, f"<p>{text}</p>", to_name=name)
    except NotALetter:
        return
    email = read_back(letter)

    assert sorted(email.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    [to] = email["To"].addresses
    assert (to.addr_spec, " ".join(to.display_name.split())) == ("zoe@example.org", " ".join(shown_name(name).split()))
    assert " ".join(str(email["Subject"]).split()) == " ".join(subject.split())
    body = email.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == text.splitlines()


def test_a_name_is_shown_whole_or_as_far_as_a_header_takes_it() -> None:
    """Nothing is put into it."""
    for name in ("Zoë Ünal", "The Right Honourable Ada Lovelace, Countess of Lovelace, of Ockham Park", "李小明"):
        assert shown_name(name) == name
    assert shown_name("\U00010000" * 20) == "\U00010000" * 10


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("zoe@example.org", "zoe@example.org"),
        ("zoe@bücher.example", "zoe@xn--bcher-kva.example"),
        ("zoe@straße.example", "zoe@xn--strae-oqa.example"),
        ("zoe@localhost", "zoe@localhost"),
        ("zoe@ü..example", "zoe@ü..example"),
    ],
)
def test_a_domain_is_written_as_mail_servers_know_it(typed: str, known: str) -> None:
    """By today's rules (IDNA 2008): straße is not strasse. One that cannot be is left to the mail server."""
    assert ascii_address(typed) == known
