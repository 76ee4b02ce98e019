"""Hand letters to a mail server, over a connection that is kept for as long as there are letters."""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Sequence
from email.message import EmailMessage

from outbox.carriers import (
    Begin,
    Carried,
    LetterDeferred,
    LetterRefused,
    LetterUncertain,
    MailServerTrouble,
)
from outbox.letters import LetterState
from outbox.mail_server import Encryption, MailServer

ANSWER_SECONDS = 30.0
KEEP_SECONDS = 20.0  # servers end a connection that stands idle for some minutes
LETTERS_PER_CONNECTION = 100
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 120.0
_LINE_BEGINS_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)


class SmtpCarrier:
    """Hands letters to one mail server. After trouble it leaves the server alone for a while. Not thread-safe.

    The server's certificate is checked against `tls`, by default the system's authorities.
    """

    def __init__(
        self, server: MailServer, tls: ssl.SSLContext | None = None, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._server, self._tls, self._answer_seconds = server, tls, answer_seconds
        self._connection: smtplib.SMTP | None = None
        self._used_at, self._letters = 0.0, 0
        self._trouble, self._alone_until, self._pause = "", 0.0, FIRST_PAUSE_SECONDS

    def carry(self, message: EmailMessage, to: str, begin: Begin) -> Carried:
        """Hand over one letter."""
        connection = self._connected()
        try:
            self._name_both_ends(connection, message, to)
            begin()
            answer = self._hand_over(connection, message.as_bytes())
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise self._in_trouble(f"{self._server.host} ended the connection: {_reason(error)}") from error
        except (MailServerTrouble, LetterUncertain):
            self.close()
            raise
        except (LetterDeferred, LetterRefused) as not_sent:
            self._clear(connection, not_sent.code)
            raise
        except BaseException:  # what `begin` raises: the server must not wait for this letter
            self._clear(connection, 0)
            raise
        return Carried(LetterState.SENT, answer)

    def trouble(self) -> str:
        """What keeps us from handing letters over, as a sentence; nothing when we could connect and sign in."""
        try:
            self._connected()
        except MailServerTrouble as trouble:
            return str(trouble)
        self.close()
        return ""

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close_idle(self) -> None:
        """End a connection that has not been used for a while."""
        if self._connection is not None and time.monotonic() - self._used_at > KEEP_SECONDS:
            try:
                self._connection.quit()
            except (smtplib.SMTPException, OSError):
                pass
            finally:
                self.close()

    def _connected(self) -> smtplib.SMTP:
        """The open connection, or a new one."""
        if time.monotonic() < self._alone_until:
            raise MailServerTrouble(self._trouble)
        if self._connection is not None and (self._letters >= LETTERS_PER_CONNECTION or not self._answers()):
            self.close()
        if self._connection is None:
            self._connection, self._letters = self._connect(), 0
        self._used_at, self._letters = time.monotonic(), self._letters + 1
        self._trouble, self._pause = "", FIRST_PAUSE_SECONDS
        return self._connection

    def _answers(self) -> bool:
        """Whether the kept connection is still open. Asked before a letter, when nothing can be lost yet."""
        assert self._connection is not None
        try:
            return self._connection.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _connect(self) -> smtplib.SMTP:
        try:
            return self._sign_in(self._open())
        except (smtplib.SMTPException, OSError) as error:
            raise self._in_trouble(_explained(self._server, error)) from error

    def _open(self) -> smtplib.SMTP:
        server, tls = self._server, self._tls or ssl.create_default_context()
        if server.encryption is Encryption.TLS:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=self._answer_seconds, context=tls)
        connection = smtplib.SMTP(server.host, server.port, timeout=self._answer_seconds)
        try:
            if server.encryption is Encryption.STARTTLS:
                connection.starttls(context=tls)
        except BaseException:
            connection.close()
            raise
        return connection

    def _sign_in(self, connection: smtplib.SMTP) -> smtplib.SMTP:
        try:
            connection.ehlo_or_helo_if_needed()
            if self._server.user:
                connection.login(self._server.user, self._server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _name_both_ends(self, connection: smtplib.SMTP, message: EmailMessage, to: str) -> None:
        """MAIL and RCPT. Nothing has been handed over when they are refused."""
        sender = message["From"].addresses[0].addr_spec
        international = not (to.isascii() and sender.isascii())
        if international and not connection.has_extn("smtputf8"):
            raise LetterRefused(553, "the mail server cannot write to an address with such letters before its @")
        code, reply = connection.mail(sender, ["SMTPUTF8"] if international else [])
        if code // 100 == 5:
            raise self._in_trouble(f"{self._server.host} does not let us send as {sender}: {_answer(code, reply)}")
        if code == 250:
            code, reply = connection.rcpt(to)
        _refuse_unless(code in (250, 251), code, reply)

    def _hand_over(self, connection: smtplib.SMTP, content: bytes) -> str:
        """DATA, the letter, and the server's answer.

        A connection that ends before the last line was written has sent nothing; one that ends afterwards leaves it
        open whether the server has taken the letter.
        """
        connection.putcmd("data")
        code, reply = connection.getreply()
        _refuse_unless(code == 354, code, reply)
        stuffed = _LINE_BEGINS_WITH_DOT.sub(b"..", content)
        connection.send(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        try:
            code, reply = connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise LetterUncertain(f"{self._server.host} did not say whether it took the letter") from error
        if not 200 <= code < 600:
            raise LetterUncertain(f"{self._server.host} answered something that is no answer")
        _refuse_unless(code == 250, code, reply)
        return _answer(code, reply)

    def _clear(self, connection: smtplib.SMTP, code: int) -> None:
        """Let the connection be used for the next letter, unless the server is about to end it."""
        try:
            if code == 421 or connection.rset()[0] != 250:
                self.close()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _in_trouble(self, sentence: str) -> MailServerTrouble:
        self._trouble = sentence
        self._alone_until = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        return MailServerTrouble(sentence)


# Why a connection could not be made, the narrower kind first.
_EXPLANATIONS: Sequence[tuple[type[Exception], str]] = (
    (ssl.SSLCertVerificationError, "The certificate of {where} cannot be trusted: {why}. Nothing was sent."),
    (ssl.SSLError, "{where}, does not answer with TLS. For port 587 the address begins with smtp+starttls://."),
    (socket.gaierror, "No mail server has the name {host}. Check how it is spelt."),
    (smtplib.SMTPNotSupportedError, "{where}, offers no encryption, or no way to sign in. Nothing was sent."),
    (smtplib.SMTPAuthenticationError, "{host} refused the user name or the password: {why}"),
    (TimeoutError, "{where}, did not answer in time. Some providers block port 25: try 587 or 465."),
    (ConnectionRefusedError, "Nothing answers at {where}. Check the port."),
    (Exception, "{where}, cannot be used: {why}"),
)


def _explained(server: MailServer, error: Exception) -> str:
    """What went wrong with the connection, in a sentence that says what to look at."""
    # smtplib makes a disconnection of a timeout.
    cause = error.__context__ if isinstance(error.__context__, TimeoutError) else error
    words = next(words for kind, words in _EXPLANATIONS if isinstance(cause, kind))
    return words.format(where=server.place, host=server.host, why=_reason(error))


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return " ".join(str(error).split())[:200] or type(error).__name__


def _refuse_unless(accepted: bool, code: int, reply: bytes) -> None:
    if not accepted:
        kind = LetterRefused if code // 100 == 5 else LetterDeferred
        raise kind(code, _readable(reply))


def _readable(reply: bytes) -> str:
    """A server's answer as one line."""
    return " ".join(reply.decode(errors="replace").split())[:400]


def _answer(code: int, reply: bytes | str) -> str:
    return f"{code} {_readable(reply) if isinstance(reply, bytes) else reply}"
