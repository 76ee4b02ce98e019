"""A mail server that cannot be used, or not be trusted, gets no letter; the letters wait, and say why."""

import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from outbox.letters import LetterState
from outbox.mail_server import Encryption, MailServer
from outbox.smtp import SmtpCarrier
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.outbox.post_office import LETTER, post
from tests.smtp_server import Certificates, Mailbox, serving


@ON_SQLITE
@pytest.mark.parametrize("encryption", [Encryption.STARTTLS, Encryption.TLS])
def test_letters_travel_encrypted_and_signed_in(
    engine: Engine, clock: FixedClock, mailbox: Mailbox, certificates: Certificates, encryption: Encryption
) -> None:
    """Over STARTTLS and TLS, to a server whose certificate we trust, with a password."""
    with serving(mailbox, certificates.ours, encryption, password="s3cret @") as server:
        carrier = SmtpCarrier(server, certificates.trusting)
        assert post(engine, clock, carrier).send(LETTER).state is LetterState.SENT
        carrier.close()

    assert mailbox.signed_in


@ON_SQLITE
@pytest.mark.parametrize("encryption", [Encryption.STARTTLS, Encryption.TLS])
@pytest.mark.parametrize("whose", ["unknown authority", "another server"])
def test_a_certificate_that_cannot_be_trusted_is_refused(
    engine: Engine,
    clock: FixedClock,
    mailbox: Mailbox,
    certificates: Certificates,
    encryption: Encryption,
    whose: str,
) -> None:
    """The letter waits, and says why; nothing is handed over, and no password."""
    known = whose == "another server"
    with serving(mailbox, certificates.of_another if known else certificates.ours, encryption) as server:
        waiting = post(engine, clock, SmtpCarrier(server, certificates.trusting if known else None)).send(LETTER)

    assert (waiting.state, mailbox.taken) == (LetterState.WAITING, [])
    assert waiting.reason.startswith(f"The certificate of 127.0.0.1, port {server.port} cannot be trusted: ")


def test_a_server_without_starttls_gets_no_letter(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> None:
    """Somebody in between could have taken the offer out."""
    with serving(mailbox) as plain:
        waiting = post(engine, clock, SmtpCarrier(replace(plain, encryption=Encryption.STARTTLS))).send(LETTER)

    assert (waiting.state, mailbox.taken) == (LetterState.WAITING, [])
    assert "offers no encryption" in waiting.reason


def test_letters_wait_while_the_mail_server_is_away(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> None:
    """For longer than two days, because it is not their fault; then they are sent."""
    with serving(mailbox) as server:
        pass
    carrier = SmtpCarrier(server)
    office = post(engine, clock, carrier)
    waiting = office.send(LETTER)
    assert (waiting.state, waiting.reason) == (
        LetterState.WAITING, f"Nothing answers at 127.0.0.1, port {server.port}. Check the port."
    )  # fmt: skip
    assert office.run(LETTER, timedelta(days=3)).state is LetterState.WAITING
    carrier._alone_until = 0.0  # the pause has passed

    with serving(mailbox, port=server.port):
        assert office.run(LETTER, timedelta(hours=2)).state is LetterState.SENT
        carrier.close()


@ON_SQLITE
@pytest.mark.parametrize(
    ("server", "says"),
    [
        (MailServer("no-such-host.invalid", 25, Encryption.NONE), "No mail server has the name no-such-host.invalid."),
        (MailServer("127.0.0.1", 1, Encryption.NONE), "Nothing answers at 127.0.0.1, port 1."),
    ],
    ids=["name", "port"],
)
def test_trouble_with_the_mail_server_is_said_in_a_sentence(
    engine: Engine, clock: FixedClock, server: MailServer, says: str
) -> None:
    """So that somebody can mend it."""
    assert post(engine, clock, SmtpCarrier(server)).send(LETTER).reason.startswith(says)


def test_a_server_that_says_nothing_does_not_hold_up_the_worker(engine: Engine, clock: FixedClock) -> None:
    """It is given up after some seconds, and then left alone for a while."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = MailServer("127.0.0.1", silent.getsockname()[1], Encryption.NONE)
        office = post(engine, clock, SmtpCarrier(server, answer_seconds=0.2))
        assert "did not answer in time" in office.send(LETTER).reason


def test_a_wrong_password_and_a_wrong_sender_leave_letters_waiting(
    engine: Engine, clock: FixedClock, mailbox: Mailbox
) -> None:
    """Both are our settings' fault, not the letter's."""
    with serving(mailbox, password="right") as server:
        waiting = post(engine, clock, SmtpCarrier(replace(server, password="wrong"))).send(LETTER)
        assert (waiting.state, "refused the user name or the password" in waiting.reason) == (LetterState.WAITING, True)
    mailbox.sender_answers = ["553 5.7.1 not yours"]
    with serving(mailbox) as server:
        waiting = post(engine, clock, SmtpCarrier(server)).run(LETTER, timedelta(hours=1))
        assert (waiting.state, "let us send as giving@wren.example" in waiting.reason) == (LetterState.WAITING, True)


def test_when_the_mail_server_works_again_all_letters_that_waited_go_at_once(
    engine: Engine, clock: FixedClock, mailbox: Mailbox
) -> None:
    """The first that is tried takes the others along, which would have waited for most of an hour."""
    with serving(mailbox) as server:
        pass
    carrier = SmtpCarrier(server)
    office = post(engine, clock, carrier)
    waiting = [replace(LETTER, key=f"receipt:{n}") for n in range(3)]
    office.send(*waiting)
    for _ in range(12):
        office.worker.run_due()
        clock.now += timedelta(hours=1)
    clock.now -= timedelta(hours=1)
    carrier._alone_until = 0.0

    with serving(mailbox, port=server.port):
        office.send(replace(LETTER, key="receipt:new"))
        carrier.close()

    assert len(mailbox.taken) == 4


def test_an_address_with_other_letters_before_the_at_sign_needs_a_server_that_knows_them(
    engine: Engine, clock: FixedClock, mailbox: Mailbox
) -> None:
    """It is sent as it is typed, to the domain as mail servers know it."""
    with serving(mailbox) as server:
        carrier = SmtpCarrier(server)
        assert post(engine, clock, carrier).send(replace(LETTER, to="zoë@bücher.example")).state is LetterState.SENT
        carrier.close()

    assert mailbox.recipients == ["zoë@xn--bcher-kva.example"]
