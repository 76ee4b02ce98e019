"""The courier: carries a letter to the one endpoint that it was given, over HTTP, and brings back the answer."""

import threading
import time
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
        """Nothing more is to be carried by this thread."""


class Courier:
    """One connection per thread, kept open between letters that follow each other closely."""

    def __init__(self) -> None:
        self._own = threading.local()

    def carry(self, letter: Letter, url: str) -> Attempt:
        """Send a letter. A redirect is not followed: it counts as a failure, as with Stripe."""
        address = urlsplit(url)
        try:
            connection = self._connection(address)
            path = (address.path or "/") + (f"?{address.query}" if address.query else "")
            connection.request("POST", path, body=letter.body, headers=dict(letter.headers))
            answer = connection.getresponse()
            said = answer.read(2000).decode("utf-8", "replace")
            if answer.will_close or not answer.isclosed():
                self.hang_up()
            self._own.used = time.monotonic()
            return Attempt(answer.status, said)
        except (OSError, HTTPException) as failure:
            self.hang_up()
            return Attempt(None, f"{type(failure).__name__}: {failure}")

    def _connection(self, address: SplitResult) -> HTTPConnection:
        kept: HTTPConnection | None = getattr(self._own, "connection", None)
        if kept is not None and self._own.to == address.netloc and time.monotonic() - self._own.used < _IDLE:
            return kept
        self.hang_up()
        make = HTTPSConnection if address.scheme == "https" else HTTPConnection
        self._own.connection = make(address.netloc, timeout=PATIENCE)
        self._own.to, self._own.used = address.netloc, time.monotonic()
        fresh: HTTPConnection = self._own.connection
        return fresh

    def hang_up(self) -> None:
        """Close this thread's connection."""
        kept: HTTPConnection | None = getattr(self._own, "connection", None)
        if kept is not None:
            kept.close()
        self._own.connection = None
