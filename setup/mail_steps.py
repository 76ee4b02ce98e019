"""The part of setting up that concerns mail: the server that takes our letters, tried with a test letter."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import quote

from outbox.carriers import LetterDeferred, LetterRefused, LetterUncertain, MailServerTrouble
from outbox.mail_server import BadMailServer, Encryption, MailServer, Sender, mail_server, sender
from outbox.smtp import SmtpCarrier
from setup.answers import NotAnAnswer
from setup.environment import MAIL_FROM, SMTP_URL

ENCRYPTIONS: Mapping[str, Encryption] = {
    "starttls": Encryption.STARTTLS,
    "tls": Encryption.TLS,
    "none": Encryption.NONE,
}
"""As people and mail providers call them."""
ANSWER_SECONDS = 15.0
# A name or an address, nothing around it: a line break that was pasted with it would be lost without a word.
_HOST = re.compile(r"[^\s/@]+")
_TEXT = """This is a test letter from {name}'s Farthing.

If you can read it, donors will get their receipts. There is nothing to do.
"""


@dataclass(frozen=True, slots=True)
class MailAnswers:
    """What somebody says of their mail: host, port (empty: the usual one), encryption, sign-in, and the sender."""

    host: str
    port: str
    encryption: str
    user: str
    password: str
    mail_from: str

    @property
    def url(self) -> str:
        """The mail server's address as the setting holds it. Raises NotAnAnswer."""
        encryption = ENCRYPTIONS.get(self.encryption.strip().lower())
        if encryption is None:
            raise NotAnAnswer(f"The encryption is one of: {', '.join(ENCRYPTIONS)}.")
        if self.port.strip() and not (self.port.strip().isdecimal() and 0 < int(self.port) < 65536):
            raise NotAnAnswer("The port is a number, such as 587 (with starttls) or 465 (with tls).")
        port = f":{int(self.port)}" if self.port.strip() else ""
        user = f"{quote(self.user.strip(), safe='')}:{quote(self.password, safe='')}@" if self.user.strip() else ""
        return f"{encryption.value}://{user}{self.host.strip()}{port}"

    def read(self, name: str) -> tuple[MailServer, Sender]:
        """The mail server, and whom letters are from: `name` at the address. Raises NotAnAnswer."""
        if not _HOST.fullmatch(self.host.strip(" ")):
            raise NotAnAnswer("Type the name of the mail server, like mail.example.org.")
        try:
            return mail_server(self.url), sender(self.mail_from, name, "")
        except BadMailServer as bad:
            raise NotAnAnswer(f"This cannot be used: {bad}.") from None

    @property
    def settings(self) -> dict[str, str]:
        """The settings that hold these answers."""
        return {SMTP_URL: self.url, MAIL_FROM: self.mail_from.strip()}


def send_trial_letter(
    server: MailServer, whom: Sender, to: str, now: datetime, tls: ssl.SSLContext | None = None
) -> None:
    """Send a test letter; raises NotAnAnswer, which says what went wrong and what to look at.

    The server's certificate is checked against `tls`, by default the system's authorities.
    """
    carrier = SmtpCarrier(server, tls, ANSWER_SECONDS)
    try:
        carrier.carry(_trial_letter(whom, to, now), to, lambda: None)
    except (MailServerTrouble, LetterUncertain) as trouble:
        raise NotAnAnswer(f"The test letter could not be sent: {trouble}.") from None
    except (LetterDeferred, LetterRefused) as refused:
        raise NotAnAnswer(f"The mail server did not take the test letter to {to}: {refused}.") from None
    finally:
        carrier.close()


def _trial_letter(whom: Sender, to: str, now: datetime) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = Address(whom.name, addr_spec=whom.address)
    letter["To"] = Address(addr_spec=to)
    letter["Subject"] = f"A test letter from {whom.name}"
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = make_msgid(domain=whom.domain)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_TEXT.format(name=whom.name))
    return letter
