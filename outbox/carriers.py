"""Who carries a letter: a mail server, or where none is set up a folder, or nobody at all.

A carrier calls `begin` once, just before the letter leaves our hands. From then on the letter may have been sent,
whatever happens to us.
"""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from outbox.letters import LetterState

Begin = Callable[[], None]


class MailServerTrouble(Exception):
    """No letter can be sent now, whomever it is to; the message says why. The letter was not sent."""


class NotSent(Exception):
    """This letter was not sent. `code` and `reply` are the mail server's answer."""

    def __init__(self, code: int, reply: str) -> None:
        super().__init__(f"{code} {reply}")
        self.code, self.reply = code, reply


class LetterDeferred(NotSent):
    """The mail server asks us to come again later (an answer 4xx, such as greylisting)."""


class LetterRefused(NotSent):
    """The mail server will never take this letter (an answer 5xx)."""


class LetterUncertain(Exception):
    """The connection ended after the letter was handed over and before the server answered."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A letter has left: the state that it is in now, and what the mail server answered."""

    state: LetterState
    reply: str


class Carrier(Protocol):
    """Takes letters to where they go."""

    def carry(self, message: EmailMessage, to: str, begin: Begin) -> Carried:
        """Carry one; raises MailServerTrouble, LetterDeferred, LetterRefused or LetterUncertain."""
        ...


class FileCarrier:
    """Writes letters as files that a mail program opens. For an installation that has no mail server yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def carry(self, message: EmailMessage, to: str, begin: Begin) -> Carried:
        """Write `NAME.eml`, which only our user may read."""
        begin()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        path = self._folder / f"{name}.eml"
        path.touch(mode=0o600)
        path.write_bytes(message.as_bytes())
        return Carried(LetterState.FILED, f"{self._folder.name}/{path.name}")


class NoCarrier:
    """Sends nothing. In the sandbox letters are read in its inbox."""

    def carry(self, message: EmailMessage, to: str, begin: Begin) -> Carried:
        """Leave the letter in the inbox."""
        begin()
        return Carried(LetterState.FILED, "")
