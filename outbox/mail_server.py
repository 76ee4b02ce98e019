"""The mail server that takes our letters, and whom they are from. Values only."""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import unquote, urlsplit

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
FORM = "smtp+starttls://USER:PASSWORD@mail.example.org:587"
_ONE_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")


class BadMailServer(ValueError):
    """The address of a mail server, or of the sender, cannot be used; the message says why."""


class Encryption(StrEnum):
    """How the connection is encrypted: not at all, from STARTTLS on, or from the beginning."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


PORTS = {Encryption.NONE: 25, Encryption.STARTTLS: 587, Encryption.TLS: 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over, and how we sign in there; without a user we do not."""

    host: str
    port: int
    encryption: Encryption
    user: str = ""
    password: str = ""

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"{self.host}, port {self.port}"

    def __repr__(self) -> str:
        return f"MailServer({self.encryption}://{self.host}:{self.port})"  # without the password


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom letters are from: the address that the mail server lets us send as, a name, and where answers go."""

    address: str
    name: str
    reply_to: str = ""

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.rpartition("@")[2]


def mail_server(url: str) -> MailServer:
    """The mail server of an address such as `smtps://user:password@mail.example.org`; raises BadMailServer."""
    try:
        parts = urlsplit(url)
        encryption, port = Encryption(parts.scheme), parts.port
    except ValueError:
        raise BadMailServer(f"it must look like {FORM} (or smtps://…, or smtp://localhost)") from None
    if not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise BadMailServer(f"it must look like {FORM}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise BadMailServer("a user needs a password; write @ in either of them as %40")
    if not (user + password).isascii():
        raise BadMailServer("the user and the password may hold only letters, digits and signs of ASCII")
    if user and encryption is Encryption.NONE and parts.hostname not in LOOPBACK_NAMES:
        raise BadMailServer("a password must not travel unencrypted; use smtp+starttls:// or smtps://")
    return MailServer(parts.hostname, port or PORTS[encryption], encryption, user, password)


def sender(written: str, name: str, reply_to: str) -> Sender:
    """The sender of `give@example.org` or `Wren <give@example.org>`; raises BadMailServer."""
    typed_name, address = parseaddr(written)
    if not _ONE_ADDRESS.fullmatch(address):
        raise BadMailServer("it must be an email address such as giving@example.org")
    return Sender(address, typed_name or name, "" if reply_to == address else reply_to)
