"""Documents that go with letters."""

from dataclasses import replace

from outbox.letters import Attachment, Letter
from payments.letters.receipt_letters import RECEIPT


def enclose_credit_note(letter: Letter, number: str | None) -> Letter:
    """The letter with this credit note; as it is where there is none. Its PDF may still have to be printed."""
    return letter if number is None else replace(letter, attachments=(*letter.attachments, enclosed(number)))


def enclosed(number: str) -> Attachment:
    """A credit note or statement as a file that goes with a letter."""
    return Attachment(f"{number}.pdf", "application/pdf", RECEIPT, number)
