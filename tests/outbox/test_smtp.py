"""Letters are handed to a real SMTP server over loopback: what it takes, and what is noted of its answers."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import Engine

from database.transactions import reading, writing
from outbox.carriers import Begin, Carried, FileCarrier, NoCarrier
from outbox.jobs import LEASE, last_error
from outbox.letters import SEND, LetterState, mark_sending, post_letters
from outbox.sending import GIVE_UP_AFTER, INTERRUPTED
from tests.clock import FixedClock
from tests.outbox.post_office import LETTER, PDF, SECOND, post, posting
from tests.smtp_server import CUT, Mailbox


def test_a_letter_arrives_as_it_was_written(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> None:
    """Names in other letters, a domain in other letters, both texts, the PDF, and headers that robots read."""
    with posting(engine, clock, mailbox) as office:
        posted = office.send(LETTER)

    [email] = mailbox.taken
    assert (posted.state, posted.sent_at, posted.reason) == (LetterState.SENT, clock(), "250 OK")
    assert mailbox.recipients == ["zoe@xn--bcher-kva.example"]
    assert email["To"].addresses[0].display_name == 'Zoë "Z" Ödman, von'
    assert str(email["From"]) == "Wren & Söhne <giving@wren.example>"
    assert email["Reply-To"].addresses[0].addr_spec == "post@wren.example"
    assert email["Subject"] == "Your £25 donation: receipt"
    assert email["Message-ID"] == f"<{LETTER.id}@wren.example>"
    assert (email["Auto-Submitted"], email["List-Unsubscribe"]) == ("auto-generated", None)
    assert email["Date"].datetime == clock()
    plain, html = email.get_body(("plain",)), email.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == ["Thank you, Zoë.", ".", "End."]
    assert html.get_content().strip() == "<p>Thank you, Zoë.</p>"
    [attached] = email.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (PDF.filename, "application/pdf")
    assert attached.get_content() == b"%PDF 2026-000001"


def test_a_letter_that_was_consented_to_says_how_to_end_it(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> None:
    """With one press, in the words of RFC 8058."""
    with posting(engine, clock, mailbox) as office:
        office.send(replace(LETTER, unsubscribe="https://give.example/stop/abc"))

    [email] = mailbox.taken
    assert email["List-Unsubscribe"] == "<https://give.example/stop/abc>"
    assert email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_many_letters_travel_over_one_connection(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> None:
    """Also when some of them are refused on the way."""
    mailbox.recipient_answers = ["250 OK", "550 5.1.1 no such user", "451 4.7.1 greylisted"]
    with posting(engine, clock, mailbox) as office:
        office.send(*[replace(LETTER, key=f"receipt:{number}") for number in range(8)])

    assert len(mailbox.taken) == 6
    assert len(mailbox.connections) == 1


def test_a_greylisted_letter_is_sent_when_it_comes_again(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> None:
    """After an answer 4xx to the address, and another to the letter; with the same Message-ID."""
    mailbox.recipient_answers, mailbox.letter_answers = ["451 4.7.1 greylisted"], ["452 4.3.1 full", "250 OK"]
    with posting(engine, clock, mailbox) as office:
        waiting = office.send(LETTER)
        assert (waiting.state, waiting.reason) == (LetterState.WAITING, "451 4.7.1 greylisted")
        full = office.run(LETTER, 2 * SECOND)
        assert (full.state, full.reason) == (LetterState.WAITING, "452 4.3.1 full")
        assert full.deferred_since == waiting.tried_at
        sent = office.run(LETTER, 4 * SECOND)

    assert (sent.state, len(mailbox.taken)) == (LetterState.SENT, 1)


def test_after_two_days_of_greylisting_a_letter_is_given_up(
    engine: Engine, clock: FixedClock, mailbox: Mailbox
) -> None:
    """With what the server said last; until then it is tried at least once an hour."""
    mailbox.refused = {"zoe@xn--bcher-kva.example": "451 4.7.1 greylisted"}
    with posting(engine, clock, mailbox) as office:
        office.send(LETTER)
        almost = office.run(LETTER, GIVE_UP_AFTER - timedelta(minutes=5))
        given_up = office.run(LETTER, timedelta(hours=1, minutes=10))
        after = office.run(LETTER, timedelta(days=3))

    assert almost.state is LetterState.WAITING
    assert given_up.state is after.state is LetterState.GIVEN_UP
    assert given_up.reason == "Tried for two days. The last answer: 451 4.7.1 greylisted"


def test_a_refused_address_is_noted_and_not_tried_again(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> None:
    """With the server's words, which no log and no job holds, because they may name the donor."""
    mailbox.refused = {"zoe@xn--bcher-kva.example": "550 5.1.1 <zoe>: unknown"}
    with posting(engine, clock, mailbox) as office:
        refused = office.send(LETTER)
        again = office.run(LETTER, timedelta(days=1))

    assert (refused.state, refused.reason) == (LetterState.REFUSED, "550 5.1.1 <zoe>: unknown")
    assert (again.state, mailbox.taken) == (LetterState.REFUSED, [])


def test_a_letter_that_the_server_refuses_to_deliver_is_noted(
    engine: Engine, clock: FixedClock, mailbox: Mailbox
) -> None:
    """The address was good, the letter was not."""
    mailbox.letter_answers = ["554 5.7.1 spam"]
    with posting(engine, clock, mailbox) as office:
        assert office.send(LETTER).reason == "554 5.7.1 spam"


def test_a_connection_that_ends_after_the_letter_leaves_it_uncertain(
    engine: Engine, clock: FixedClock, mailbox: Mailbox
) -> None:
    """The server took it and did not say so: it is not sent a second time."""
    mailbox.letter_answers = [CUT]
    with posting(engine, clock, mailbox) as office:
        uncertain = office.send(LETTER)
        later = office.run(LETTER, timedelta(days=1))

    assert uncertain.state is later.state is LetterState.UNCERTAIN
    assert len(mailbox.taken) == 1


def test_a_letter_that_a_killed_worker_was_sending_is_not_sent_again(
    engine: Engine, clock: FixedClock, mailbox: Mailbox
) -> None:
    """Nobody knows whether it was delivered."""
    with writing(engine) as conn:
        post_letters(conn, [LETTER], clock())
        assert mark_sending(conn, LETTER.id, clock())
    with posting(engine, clock, mailbox) as office:
        found = office.run(LETTER, LEASE)

    assert (found.state, found.reason, mailbox.taken) == (LetterState.UNCERTAIN, INTERRUPTED, [])


def test_two_workers_do_not_send_the_same_letter(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> None:
    """The second to begin finds that it is taken, and lets go of the first one's letter."""

    class Slow(NoCarrier):
        """Before this worker begins, another has begun."""

        def carry(self, message: EmailMessage, to: str, begin: Begin) -> Carried:
            with writing(engine) as conn:
                assert mark_sending(conn, LETTER.id, clock())
            return super().carry(message, to, begin)

    found = post(engine, clock, Slow()).send(LETTER)

    assert found.state is LetterState.SENDING
    with reading(engine) as conn:
        error = last_error(conn, SEND, LETTER.id)
    assert error is not None
    assert error[0].startswith("TakenOver")


def test_a_personal_letter_is_forgotten_once_it_was_sent(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> None:
    """Whoever reads the database afterwards cannot sign in with it."""
    with posting(engine, clock, mailbox) as office:
        sent = office.send(replace(LETTER, personal=True))

    assert (sent.letter.text, sent.letter.html) == ("removed", "removed")


def test_a_letter_whose_link_has_ended_is_not_sent(engine: Engine, clock: FixedClock, mailbox: Mailbox) -> None:
    """A dead link would only ask for another letter."""
    with posting(engine, clock, mailbox) as office:
        late = office.send(replace(LETTER, expires_at=clock()))

    assert (late.state, mailbox.taken) == (LetterState.GIVEN_UP, [])


def test_without_a_mail_server_letters_are_files(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """Which a mail program opens, and nobody else on the machine reads."""
    filed = post(engine, clock, FileCarrier(tmp_path / "mail")).send(LETTER)

    [path] = (tmp_path / "mail").iterdir()
    assert (filed.state, filed.reason) == (LetterState.FILED, f"mail/{LETTER.id}.eml")
    assert (path.stat().st_mode & 0o777, b"Subject:" in path.read_bytes()) == (0o600, True)
