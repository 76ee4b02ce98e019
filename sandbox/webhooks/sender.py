"""Sends signed messages to the webhook endpoint over HTTP, and brings back its response."""

import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from sandbox.webhooks.queue import DeliveryAttempt
from sandbox.webhooks.signed_message import SignedMessage

RESPONSE_TIMEOUT = 15.0
"""Real seconds that the endpoint has for its response."""
_MAX_IDLE = 3.0
"""Real seconds after which an unused connection is not used again."""


class Sender(Protocol):
    """Sends webhooks. Tests have senders of their own, which need no HTTP."""

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Send the message; the endpoint's response, or the failure to reach it."""

    def close(self) -> None:
        """Release connections. Called when nothing is sent any more."""


@dataclass
class OpenConnection:
    """A connection that is kept open, and when it was last used (monotonic seconds)."""

    connection: HTTPConnection
    host: str
    last_used: float


class HttpSender:
    """One connection for each thread, kept open between messages that closely follow each other."""

    def __init__(self) -> None:
        self._connections: dict[int, OpenConnection] = {}

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Send a message. A redirect is not followed: it counts as a failure, as with Stripe."""
        address = urlsplit(url)
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        try:
            kept = self._connection(address)
            kept.connection.request("POST", path, body=message.body, headers=dict(message.headers))
            response = kept.connection.getresponse()
            text = response.read(2000).decode("utf-8", "replace")
            if response.will_close or not response.isclosed():
                self._disconnect()
            kept.last_used = time.monotonic()
            return DeliveryAttempt(response.status, text)
        except (OSError, HTTPException) as failure:
            self._disconnect()
            return DeliveryAttempt(None, f"{type(failure).__name__}: {failure}")

    def _connection(self, address: SplitResult) -> OpenConnection:
        """This thread's connection to the endpoint: the open one, or a new one."""
        kept = self._connections.get(threading.get_ident())
        if kept is not None and kept.host == address.netloc and time.monotonic() - kept.last_used < _MAX_IDLE:
            return kept
        self._disconnect()
        connect = HTTPSConnection if address.scheme == "https" else HTTPConnection
        new = OpenConnection(connect(address.netloc, timeout=RESPONSE_TIMEOUT), address.netloc, time.monotonic())
        self._connections[threading.get_ident()] = new
        return new

    def _disconnect(self) -> None:
        """Close this thread's connection."""
        kept = self._connections.pop(threading.get_ident(), None)
        if kept is not None:
            kept.connection.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        for kept in self._connections.values():
            kept.connection.close()
        self._connections.clear()


class KeepingSender:
    """Keeps messages for whoever made the twin, in the same process, instead of sending them."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Keep the message; it counts as delivered."""
        self._bodies.append(message.body)
        return DeliveryAttempt(200, "")

    def take(self) -> list[bytes]:
        """The bodies since the last time, in order."""
        bodies, self._bodies = self._bodies, []
        return bodies

    def close(self) -> None:
        """There is no connection to close."""
