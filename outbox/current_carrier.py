"""A carrier that follows the settings: a mail server that is set up at the desk carries the next letter."""

from collections.abc import Callable
from email.message import EmailMessage

from outbox.carriers import Begin, Carried, Carrier
from outbox.mail_server import MailServer
from outbox.smtp import SmtpCarrier


class CurrentCarrier:
    """Carries letters with the mail server that `server` gives at the moment, and without one as `otherwise` does."""

    def __init__(self, server: Callable[[], MailServer | None], otherwise: Carrier) -> None:
        self._server, self._otherwise = server, otherwise
        self._known: MailServer | None = None
        self._smtp: SmtpCarrier | None = None

    def carry(self, message: EmailMessage, to: str, begin: Begin) -> Carried:
        """Carry one letter."""
        server = self._server()
        if server != self._known:
            self.close()
            self._known, self._smtp = server, SmtpCarrier(server) if server else None
        return (self._smtp or self._otherwise).carry(message, to, begin)

    def close_idle(self) -> None:
        """End a connection that has not been used for a while."""
        if self._smtp is not None:
            self._smtp.close_idle()

    def close(self) -> None:
        """End the connection to the mail server, if there is one."""
        if self._smtp is not None:
            self._smtp.close()
