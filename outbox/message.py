"""A posted letter as an email: headers, plain text, HTML, attachments."""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from outbox.letters import PostedLetter
from outbox.mail_server import Sender

ENCODED_WORD_BYTES = 42  # in base64, with its charset, within the 75 characters that RFC 2047 allows
# The bytes of an attachment, by its source; each is asked for its subject.
AttachmentSources = Mapping[str, Callable[[str], bytes]]
# Everything is written in ASCII, because not every server takes more.
_POLICY = SMTP.clone(cte_type="7bit")
# An address with other letters before the @ needs a server that knows them (SMTPUTF8).
_INTERNATIONAL = SMTP.clone(utf8=True, cte_type="7bit")


class LetterWithdrawn(Exception):
    """What a source of attachments raises when their letter is not to be sent any more. The message says why."""


def email_of(posted: PostedLetter, sender: Sender, sources: AttachmentSources, now: datetime) -> EmailMessage:
    """The email of a letter. Its Message-ID is the same at each attempt, so a second one would not show twice.

    Raises LetterWithdrawn.
    """
    letter = posted.letter
    is_ascii = letter.to.rpartition("@")[0].isascii()
    message = EmailMessage(policy=_POLICY if is_ascii else _INTERNATIONAL)
    message["From"] = _mailbox(sender.name, sender.address)
    message["To"] = _mailbox(letter.to_name, letter.to)
    if sender.reply_to:
        message["Reply-To"] = _mailbox(sender.name, sender.reply_to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{posted.message_id}@{ascii_address(sender.address).rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        content = sources[attachment.source](attachment.subject)
        kind, _, subtype = attachment.media_type.partition("/")
        message.add_attachment(content, maintype=kind, subtype=subtype, filename=attachment.filename)
    return message


def _mailbox(name: str, address: str) -> Address:
    local, _, domain = ascii_address(address).rpartition("@")
    return Address(shown_name(name), local, domain)  # `addr_spec` would refuse other letters than ASCII's before the @


def shown_name(name: str) -> str:
    """A name as a header shows it: one in other letters than ASCII's as far as one encoded word reaches (RFC 2047).

    Where two of them meet in a name, Python's email writes a space between them that is read as part of the name.
    """
    if name.isascii():
        return name
    return name.encode()[:ENCODED_WORD_BYTES].decode(errors="ignore").rstrip()


def ascii_address(address: str) -> str:
    """The address with its domain as mail servers know it: `zoë@bücher.example` is at `xn--bcher-kva.example`.

    A domain that cannot be written so stays as it is; the mail server will refuse it.
    """
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}@{validate_email(f'a@{domain}', check_deliverability=False).ascii_domain}"
    except EmailNotValidError:
        return address
