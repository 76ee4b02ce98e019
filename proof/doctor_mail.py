"""Whether letters reach people: the doctor's findings about the mail. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.finding import Finding, Status, checked, unchecked
from outbox.letter_views import MailHealth

LATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MailServerState:
    """Which mail server is set up, if any, and what is wrong with it: nothing, or a sentence."""

    name: str | None
    trouble: str = ""


NO_MAIL_SERVER = MailServerState(None)


def mail_findings(server: MailServerState, mail: MailHealth, mode: str, now: datetime) -> Iterator[Finding]:
    """The server, letters that wait for too long, and letters that did not arrive."""
    yield _server(server, mode)
    waits = mail.waiting_since is not None and mail.waiting_since < now - LATE
    figures: dict[str, object] = {"waiting": mail.waiting, "last sent": _written(mail.last_sent_at)}
    reason = mail.waiting_for or "Is the worker running? ./farthing run starts it, or ./farthing worker."
    yield checked("letters", waits, figures, f"The oldest waits since {_written(mail.waiting_since)}. {reason}")
    advice = "The desk names them, under Letters: correct the address and send the letter again, or set it aside."
    yield checked("letters that did not arrive", mail.undelivered, {}, advice)


def _server(server: MailServerState, mode: str) -> Finding:
    name = "mail server"
    if server.name is not None:
        return checked(name, bool(server.trouble), {"server": server.name}, server.trouble)
    if mode == "sandbox":
        return Finding(name, Status.PASSED, {"server": "none: a sandbox sends nothing"}, "")
    nothing = "no mail server is set up, so letters are files and reach nobody: set FARTHING_SMTP_URL."
    return unchecked(name, {}, nothing)


def _written(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else "never"
