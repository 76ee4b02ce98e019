"""Mail is set up with a test letter, which a real server takes or refuses."""

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from outbox.carriers import NoCarrier
from outbox.current_carrier import CurrentCarrier
from outbox.mail_server import Encryption, MailServer, Sender
from setup.answers import NotAnAnswer
from setup.mail_steps import MailAnswers, send_trial_letter
from tests.smtp_server import Mailbox, make_certificates, serving

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ANSWERS = MailAnswers("mail.example.org", "", "starttls", "wren@example.org", "p:@ s's", "giving@example.org")
WREN = Sender("giving@example.org", "Wren & Co")


def test_what_was_answered_is_one_setting() -> None:
    """With the signs of a password that an address cannot hold."""
    server, whom = ANSWERS.read("A Body")

    assert server == MailServer("mail.example.org", 587, Encryption.STARTTLS, "wren@example.org", "p:@ s's")
    assert whom == Sender("giving@example.org", "A Body")
    assert set(ANSWERS.settings) == {"SMTP_URL", "MAIL_FROM"}
    assert replace(ANSWERS, encryption="tls").read("A Body")[0].port == 465
    assert replace(ANSWERS, port="2525").read("A Body")[0].port == 2525


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"host": " "}, "name of the mail server"),
        ({"host": "mail.example.org\n"}, "name of the mail server"),
        ({"host": "https://mail.example.org"}, "name of the mail server"),
        ({"port": "587a"}, "port is a number"),
        ({"port": "99999"}, "port is a number"),
        ({"encryption": "ssl3"}, "starttls, tls, none"),
        ({"encryption": "none"}, "unencrypted"),
        ({"password": ""}, "needs a password"),
        ({"mail_from": "nobody"}, "email address"),
    ],
)
def test_what_cannot_be_used_is_answered_by_what_to_type(change: dict[str, str], sentence: str) -> None:
    """One sentence each."""
    with pytest.raises(NotAnAnswer, match=sentence):
        replace(ANSWERS, **change).read("A Body")


def test_a_test_letter_is_sent(tmp_path: Path) -> None:
    """Encrypted, signed in, and it says what it is."""
    certificates, mailbox = make_certificates(tmp_path), Mailbox()
    with serving(mailbox, certificates.ours, Encryption.STARTTLS, password="s3cret") as server:
        send_trial_letter(server, WREN, "ada@example.org", NOW, certificates.trusting)

    [letter] = mailbox.taken
    assert mailbox.signed_in
    assert mailbox.recipients == ["ada@example.org"]
    assert letter["Subject"] == "A test letter from Wren & Co"
    assert "donors will get their receipts" in letter.as_string()


def test_what_went_wrong_is_said(tmp_path: Path) -> None:
    """A wrong password, a wrong certificate, a sender or reader who is refused, a server that is not there."""
    certificates, mailbox = make_certificates(tmp_path), Mailbox(refused={"nobody@example.org": "550 unknown"})
    with serving(mailbox, certificates.ours, Encryption.STARTTLS, password="s3cret") as server:
        for other, tls, sentence in (
            (replace(server, password="wrong"), certificates.trusting, "password"),
            (server, None, "certificate"),
            (replace(server, port=9), None, "127.0.0.1"),
        ):
            with pytest.raises(NotAnAnswer, match=sentence):
                send_trial_letter(other, WREN, "ada@example.org", NOW, tls)
        with pytest.raises(NotAnAnswer, match="nobody@example"):
            send_trial_letter(server, WREN, "nobody@example.org", NOW, certificates.trusting)
        mailbox.sender_answers = ["550 not yours"]
        with pytest.raises(NotAnAnswer, match="does not let us send as giving"):
            send_trial_letter(server, WREN, "ada@example.org", NOW, certificates.trusting)
    assert mailbox.taken == []


def test_a_server_that_is_set_up_carries_the_next_letter() -> None:
    """The worker is not started again."""
    mailbox, known = Mailbox(), list[MailServer]()
    carrier = CurrentCarrier(lambda: known[-1] if known else None, NoCarrier())
    letter = _letter()

    carrier.carry(letter, "ada@example.org", lambda: None)
    with serving(mailbox) as server:
        known.append(server)
        carrier.carry(letter, "ada@example.org", lambda: None)
        carrier.close()

    assert mailbox.recipients == ["ada@example.org"]


def _letter() -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Message-ID"] = "a@example.org", "ada@example.org", "<x@example.org>"
    letter.set_content("A letter.")
    return letter
