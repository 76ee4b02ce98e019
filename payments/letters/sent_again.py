"""The letter that brings a document once more, as a duplicate: a second copy says that it is one."""

from outbox.letters import Attachment, Letter
from payments.letters.notice import Addressee, NoticeWords, write_notice
from web.language import translated
from web.pages import Pages

DUPLICATE = "duplicate"  # the attachment whose subject is the number of a document


def letter_again(pages: Pages, number: str, name: str, email: str, key: str) -> Letter:
    """To whatever address a treasurer has typed: the donor's own may have been wrong."""
    notice = NoticeWords(
        subject=translated("%(number)s, once more", number=number),
        heading=translated("Here is your document once more"),
        paragraphs=[
            translated("%(number)s comes with this letter, marked as a duplicate. It says what the first copy says.",
                       number=number),
        ],
        why=translated("You get this letter because somebody asked us for it. Any questions? Answer it."),
    )  # fmt: skip
    letter = write_notice(pages, key, Addressee(email, name), notice)
    enclosed = Attachment(f"{number}-duplicate.pdf", "application/pdf", DUPLICATE, number)
    return Letter(letter.key, letter.to, letter.subject, letter.text, letter.html, (enclosed,), to_name=letter.to_name)
