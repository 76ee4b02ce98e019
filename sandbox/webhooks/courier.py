"""The courier: carries a letter to the one endpoint that it was given, over HTTP, and brings back the answer."""

import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from sandbox.webhooks.letter import Letter
from sandbox.webhooks.queue import Attempt

PATIENCE = 15.0
"""Seconds of real time that the endpoint has for its answer."""
_IDLE = 3.0


class Carrying(Protocol):
    """Whoever carries letters."""

    def carry(self, letter: Letter, url: str) -> Attempt:
        """Bring the letter, and say what the answer was."""

    def hang_up(self) -> None:
        """Nothing more is to be carried."""


@dataclass
class Line:
    """An open connection, and when it was last of use."""

    connection: HTTPConnection
    to: str
    used: float


class Courier:
    """One connection per thread, kept open between letters that follow each other closely."""

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}

    def carry(self, letter: Letter, url: str) -> Attempt:
        """Send a letter. A redirect is not followed: it counts as a failure, as with Stripe."""
        address = urlsplit(url)
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        try:
            line = self._line(address)
            line.connection.request("POST", path, body=letter.body, headers=dict(letter.headers))
            answer = line.connection.getresponse()
            said = answer.read(2000).decode("utf-8", "replace")
            if answer.will_close or not answer.isclosed():
                self._drop()
            line.used = time.monotonic()
            return Attempt(answer.status, said)
        except (OSError, HTTPException) as failure:
            self._drop()
            return Attempt(None, f"{type(failure).__name__}: {failure}")

    def _line(self, address: SplitResult) -> Line:
        kept = self._lines.get(threading.get_ident())
        if kept is not None and kept.to == address.netloc and time.monotonic() - kept.used < _IDLE:
            return kept
        self._drop()
        make = HTTPSConnection if address.scheme == "https" else HTTPConnection
        fresh = Line(make(address.netloc, timeout=PATIENCE), address.netloc, time.monotonic())
        self._lines[threading.get_ident()] = fresh
        return fresh

    def _drop(self) -> None:
        """Close this thread's connection."""
        kept = self._lines.pop(threading.get_ident(), None)
        if kept is not None:
            kept.connection.close()

    def hang_up(self) -> None:
        """Close every connection; to be called when no thread carries anything any more."""
        for line in self._lines.values():
            line.connection.close()
        self._lines.clear()
