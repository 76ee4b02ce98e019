"""A real SMTP server on loopback, which answers as a test asks it to, and certificates for it."""

import asyncio
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from outbox.mail_server import Encryption, MailServer

OK = "250 OK"
CUT = "cut"  # the connection ends after the letter was taken, without an answer


@dataclass
class Mailbox:
    """What the server takes, and how it answers: the first of each list that is left, then OK."""

    sender_answers: list[str] = field(default_factory=list)
    recipient_answers: list[str] = field(default_factory=list)
    letter_answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    signed_in: bool = False

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to MAIL."""
        self.connections.add(session.peer)
        self.signed_in = bool(session.authenticated)
        answer = _next(self.sender_answers)
        if answer == OK:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to RCPT."""
        answer = self.refused.get(address) or _next(self.recipient_answers)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a letter, or answer otherwise."""
        answer = _next(self.letter_answers)
        if answer in (OK, CUT):
            content = cast(bytes, envelope.content)
            self.taken.append(message_from_bytes(content, policy=policy.default))
            self.recipients += envelope.rcpt_tos
        if answer == CUT:
            server.transport.abort()
        return answer


def _next(answers: list[str]) -> str:
    return answers.pop(0) if answers else OK


@dataclass(frozen=True)
class Certificates:
    """An authority of our own, and two certificates that it signed: for loopback, and for somebody else."""

    authority: Path
    ours: ssl.SSLContext
    of_another: ssl.SSLContext

    @property
    def trusting(self) -> ssl.SSLContext:
        """A client that trusts our authority."""
        return ssl.create_default_context(cafile=self.authority)


def make_certificates(folder: Path) -> Certificates:
    """Make them, in files of this folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Authority of a test")])
    authority = _signed(name, name, key, key, [], authority=True)
    path = folder / "authority.pem"
    path.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    loopback = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
    ours = _context(folder / "ours.pem", name, key, loopback)
    return Certificates(path, ours, _context(folder / "another.pem", name, key, [x509.DNSName("mail.example.org")]))


def _context(path: Path, issuer: x509.Name, signing: Any, names: Sequence[x509.GeneralName]) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, path.stem)])
    certificate = _signed(subject, issuer, key, signing, names, authority=False)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def _signed(
    subject: x509.Name, issuer: x509.Name, key: Any, signing: Any, names: Sequence[x509.GeneralName], *, authority: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
    made = made.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(signing, hashes.SHA256())


class _OnAnyPort(Controller):
    """A server that says on which port it listens."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def serving(
    mailbox: Mailbox,
    tls: ssl.SSLContext | None = None,
    encryption: Encryption = Encryption.NONE,
    password: str = "",
    port: int = 0,
) -> Iterator[MailServer]:
    """Serve a mailbox on a free port of loopback."""

    def sign_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, typed: Any) -> AuthResult:
        good = isinstance(typed, LoginPassword) and typed.password == password.encode()
        return AuthResult(success=good, handled=False)

    options: dict[str, Any] = (
        {"tls_context": tls, "require_starttls": True} if encryption is Encryption.STARTTLS else {}
    )
    if encryption is Encryption.TLS:
        options = {"ssl_context": tls}
    if password:
        options |= {"authenticator": sign_in, "auth_require_tls": False}
    controller = _OnAnyPort(mailbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True, **options)
    controller.start()
    try:
        yield MailServer("127.0.0.1", controller.port, encryption, "wren" if password else "", password)
    finally:
        controller.stop()
