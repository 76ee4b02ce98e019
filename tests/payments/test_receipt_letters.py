"""Every donor gets the receipt by letter, once, in words that fit how they gave."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from database.transactions import booking, reading, writing
from outbox.letters import SEND, Letter, LetterState, PostedLetter, posted_letter
from outbox.mail_server import Sender
from outbox.sending import send_handler
from outbox.smtp import SmtpCarrier
from outbox.tables import letter as letter_table
from outbox.worker import Worker
from payments.gifts.dedication import Dedication, DedicationKind
from payments.gifts.details_store import add_dedication
from payments.letters.receipt_letters import RECEIPT, post_link_letter, receipt_letter_handler
from payments.reading.happenings import InvoicePaid, InvoiceReported
from receipts.document_store import Void
from receipts.jobs import LETTER, PRINT, print_handler
from receipts.pdf_store import pdf_to_send
from receipts.sheets import Document
from receipts.store import receipt_by_number, receipt_by_token
from receipts.void_store import void_receipt
from tests.clock import FixedClock
from tests.payments.messages import charged as charge_message
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import add_recurring_gift, apply_happenings, charged, later
from tests.receipts.printing_here import here
from tests.receipts.samples import PAGES
from tests.smtp_server import Mailbox, serving


class Stamp:
    """A printer that takes no time."""

    def print(self, receipt: Document) -> bytes:
        """Its number."""
        return f"%PDF {receipt.number}".encode()


def work(books: Books, clock: FixedClock | None = None) -> list[PostedLetter]:
    """Print receipts and post their letters; returns all letters, oldest first."""
    clock = clock or FixedClock(NOON)
    handlers = {
        PRINT: print_handler(books.engine, here(Stamp()), clock),
        LETTER: receipt_letter_handler(books.engine, PAGES, clock),
        SEND: lambda _payload: None,
    }
    Worker(books.engine, handlers, clock).run_due()
    with reading(books.engine) as conn:
        rows = conn.execute(sa.select(letter_table).order_by(letter_table.c.key)).all()
    return [posted_letter(row) for row in rows]


def only(letters: list[PostedLetter]) -> Letter:
    """The one letter that there is."""
    [posted] = letters
    return posted.letter


def give(books: Books) -> None:
    """A gift of £25 that was paid."""
    books.pledge()
    books.deliver(charge_message(gift=gift_id(1)))


def test_a_gift_brings_its_receipt_by_letter(books: Books) -> None:
    """To the address that was typed, with amount, campaign, reference, the PDF, and a link that opens the receipt."""
    give(books)

    letter = only(work(books))

    assert (letter.to, letter.to_name, letter.key) == ("donor1@example.org", "Donor 1", "receipt:2026-000001")
    assert letter.subject == "Your donation of £25 to Save our libraries: receipt 2026-000001"
    assert "Thank you. Your donation of £25 to Save our libraries has arrived." in letter.text
    assert ("Amount: £25.00, once" in letter.text, "Reference: 00000000" in letter.text) == (True, True)
    assert [attached.subject for attached in letter.attachments] == ["2026-000001"]
    token = letter.text.partition("/receipts/")[2].split()[0]
    with reading(books.engine) as conn:
        issued = receipt_by_token(conn, token, NOON)
    assert issued is not None
    assert issued.receipt.number == "2026-000001"


def test_a_receipt_has_one_letter_however_often_its_job_is_done(books: Books) -> None:
    """And however often Stripe says that the gift was paid."""
    give(books)
    work(books)
    books.deliver(charge_message(gift=gift_id(1)))
    receipt_letter_handler(books.engine, PAGES, FixedClock(later(5)))({"number": "2026-000001"})

    assert len(work(books)) == 1


def test_somebody_in_whose_memory_was_given_is_written_to_when_the_gift_has_come(books: Books) -> None:
    """Once, without the amount."""
    books.pledge()
    with writing(books.engine) as conn:
        add_dedication(conn, gift_id(1), Dedication(DedicationKind.MEMORY, "Nye", "jennie@example.org"))
    assert work(books) == []
    books.deliver(charge_message(gift=gift_id(1)))
    work(books)
    receipt_letter_handler(books.engine, PAGES, FixedClock(later(5)))({"number": "2026-000001"})

    about, receipt = (posted.letter for posted in work(books))
    assert (about.to, about.subject) == ("jennie@example.org", "A donation in memory of Nye")
    assert "Donor 1 has given to Save our libraries in memory of Nye." in about.text
    assert "25" not in about.text
    assert receipt.to == "donor1@example.org"


def test_a_monthly_gift_brings_a_letter_for_each_instalment(books: Books) -> None:
    """The first says what follows; the second is the monthly one; both name the next day."""
    books.pledge(amount=1000)
    recurring = add_recurring_gift(books)
    for n, first in ((1, True), (2, False)):
        paid = replace(charged(str(n), 1000), at=NOON + timedelta(days=30) * (n - 1))
        reported, invoice_paid = InvoiceReported(f"in_{n}", recurring, first), InvoicePaid(f"in_{n}", f"pi_{n}")
        apply_happenings(books, paid, reported, invoice_paid, now=paid.at)

    first_letter, second = (posted.letter for posted in work(books, FixedClock(NOON + timedelta(days=30))))

    assert first_letter.subject == "Your monthly donation of £10 to Save our libraries: receipt 2026-000001"
    assert "It is the first of your monthly donations: £10 on the 21st of each month" in first_letter.text
    assert "The next is on 21 December 2026." in first_letter.text
    assert "Your monthly donation of £10 to Save our libraries has arrived." in second.text
    assert "It is the first" not in second.text


def test_a_donor_whose_bank_took_days_is_told_that_it_has_arrived(books: Books) -> None:
    """They were told to wait for it."""
    books.pledge()
    apply_happenings(books, replace(charged("1", gift=gift_id(1)), at=NOON + timedelta(days=4)))

    assert "Your bank has confirmed your donation of £25" in only(work(books)).text


def test_a_donor_without_an_address_gets_no_letter(books: Books) -> None:
    """Stripe's own pages may have left us none."""
    give(books)
    with writing(books.engine) as conn:
        conn.execute(sa.text("UPDATE gift SET donor_email = 'somebody'"))

    assert work(books) == []


def test_a_new_link_goes_to_the_donor_once_a_day(books: Books) -> None:
    """However often it is asked for, and never to another address."""
    give(books)
    work(books)
    for at in (NOON, later(60), NOON + timedelta(days=1)):
        with writing(books.engine) as conn:
            assert post_link_letter(conn, PAGES, "2026-000001", at) == "donor1@example.org"

    letters = [posted.letter for posted in work(books) if "link" in posted.letter.key]
    assert [letter.key[-10:] for letter in letters] == ["2026-11-21", "2026-11-22"]
    assert letters[0].subject == "A new link to your receipt 2026-000001"


def send(books: Books) -> Mailbox:
    """Send the only letter; returns what the mail server took."""
    mailbox, clock = Mailbox(), FixedClock(NOON)
    with serving(mailbox) as server:
        carrier = SmtpCarrier(server)
        sources = {RECEIPT: partial(pdf_to_send, books.engine)}
        sender = Sender("giving@faircount.example", "Coalition for a Fair Count")
        handle = send_handler(books.engine, carrier, lambda: sender, sources, clock)
        with reading(books.engine) as conn:
            [letter_id] = conn.scalars(sa.select(letter_table.c.id))
        handle({"letter": letter_id})
        carrier.close()
    return mailbox


def test_the_letter_that_arrives_has_the_pdf_with_it(books: Books) -> None:
    """From the webhook to the donor's mail program."""
    give(books)
    work(books)

    [email] = send(books).taken
    [attached] = email.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("receipt-2026-000001.pdf", b"%PDF 2026-000001")


def declare_void(books: Books) -> None:
    """A treasurer declares the receipt void."""
    with booking(books.engine) as conn:
        issued = receipt_by_number(conn, "2026-000001")
        assert issued is not None
        void_receipt(conn, issued, Void("The gift was entered twice.", "ada", NOON))


def test_a_receipt_that_was_voided_before_its_letter_was_written_has_none(books: Books) -> None:
    """Nor has whoever it was given in memory of: what takes its place has its own."""
    books.pledge()
    with writing(books.engine) as conn:
        add_dedication(conn, gift_id(1), Dedication(DedicationKind.MEMORY, "Nye", "jennie@example.org"))
    books.deliver(charge_message(gift=gift_id(1)))
    declare_void(books)

    assert work(books) == []


def test_a_letter_that_waits_while_its_receipt_is_voided_is_not_sent(books: Books) -> None:
    """The desk says why, and asks nobody to send it again."""
    give(books)
    work(books)
    declare_void(books)

    assert send(books).taken == []
    [posted] = work(books)
    assert (posted.state, posted.settled_at) == (LetterState.GIVEN_UP, NOON)
    assert posted.reason == "2026-000001 was declared void before this letter was sent."


def test_no_letter_refers_to_anything_elsewhere(books: Books) -> None:
    """No picture, no stylesheet, no script: nobody can see that it was read."""
    give(books)
    html = only(work(books)).html

    for mark in ("<img", "<link", "<script", "url(", "@import", "srcset"):
        assert mark not in html
    assert html.count("http") == html.count("https://give.faircount.example/receipts/")
