"""Sends one request to an endpoint, to the network address that was looked at and to no other.

The standard library's client is enough: one POST, no redirect, no proxy, no cookie. What the answer says is read for
ten seconds and 64 KiB at most, and its first 200 characters are kept.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from webhooks.addresses import AddressRefused, EndpointUrl, is_allowed

SECONDS = 10.0
LARGEST_ANSWER = 64 * 1024
KEPT_CHARACTERS = 200
Resolver = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class EndpointAnswer:
    """What came of one request: the status, None where there was no answer, and the first words of it.

    Where there was no answer, `words` says why.
    """

    status: int | None
    words: str

    @property
    def is_yes(self) -> bool:
        """Whether the endpoint has taken the event."""
        return self.status is not None and 200 <= self.status < 300


def resolve(host: str, port: int) -> list[str]:
    """The network addresses of a name, each once."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label of more than 63 characters
        return []
    return list(dict.fromkeys(str(place[0]) for *_, place in places))


class EventPoster:
    """Posts events. `sandbox` lets them go to this machine."""

    def __init__(
        self, *, sandbox: bool, resolver: Resolver = resolve, tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:  # fmt: skip
        self.sandbox, self._resolver, self._tls, self._seconds = sandbox, resolver, tls, seconds

    def post(self, url: EndpointUrl, body: bytes, headers: Mapping[str, str]) -> EndpointAnswer:
        """Send it once. Nothing that goes wrong on the way is raised: it is an answer without status."""
        try:
            with closing(self._connect(url, time.monotonic() + self._seconds)) as connection:
                return _ask(connection, url, body, headers)
        except (AddressRefused, http.client.HTTPException, _TooLarge, OSError) as error:
            return EndpointAnswer(None, _kept(self._why(error)))

    def _why(self, error: Exception) -> str:
        match error:
            case AddressRefused():
                why = str(error)
            case TimeoutError():
                why = f"No answer within {self._seconds:g} seconds."
            case _TooLarge():
                why = "The answer is too large."
            case socket.gaierror():
                why = "The name is not known."
            case ssl.SSLCertVerificationError():
                why = f"The certificate cannot be trusted: {error.verify_message}."
            case http.client.HTTPException():
                why = f"What answers does not speak HTTP ({type(error).__name__})."
            case _:
                why = f"No connection: {getattr(error, 'strerror', None) or type(error).__name__}."
        return why

    def _connect(self, url: EndpointUrl, deadline: float) -> "_Connection":
        addresses = self._resolver(url.host, url.port)
        if not addresses:
            raise socket.gaierror
        for address in addresses:  # all of them: a name that leads inside and outside is a trap
            if not is_allowed(address, sandbox=self.sandbox):
                raise AddressRefused("The name leads to an address that is not on the internet.")
        return _Connection(self._open(addresses, url.port, deadline), url, self._tls, deadline)

    def _open(self, addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
        """Connect to the first address that takes the connection."""
        for address in addresses[:-1]:
            try:
                return socket.create_connection((address, port), _left(deadline))
            except TimeoutError:
                raise
            except OSError:
                continue
        return socket.create_connection((addresses[-1], port), _left(deadline))


class _TooLarge(Exception):
    """The answer is larger than any that an endpoint has reason to give."""


class _Connection:
    """A socket to one network address, in TLS with the endpoint's own name, and a deadline for all of it."""

    def __init__(self, plain: socket.socket, url: EndpointUrl, tls: ssl.SSLContext | None, deadline: float) -> None:
        self.deadline, self._socket = deadline, plain
        if url.secure:
            try:
                plain.settimeout(_left(deadline))
                context = tls or ssl.create_default_context()
                self._socket = context.wrap_socket(plain, server_hostname=url.host)
            except BaseException:
                plain.close()
                raise

    def send(self, request: bytes) -> None:
        self._socket.settimeout(_left(self.deadline))
        self._socket.sendall(request)

    def makefile(self, *_: object) -> io.BufferedReader:
        """What `http.client` reads the answer from."""
        return io.BufferedReader(_Answer(self._socket, self.deadline))

    def close(self) -> None:
        self._socket.close()


class _Answer(io.RawIOBase):
    """The answer's bytes: no later than the deadline, and no more than 64 KiB."""

    def __init__(self, source: socket.socket, deadline: float) -> None:
        self._source, self._deadline, self._read = source, deadline, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._read >= LARGEST_ANSWER:
            raise _TooLarge
        self._source.settimeout(_left(self._deadline))
        count = self._source.recv_into(buffer)
        self._read += count
        return count


def _left(deadline: float) -> float:
    """The seconds until the deadline. Raises TimeoutError."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _ask(connection: _Connection, url: EndpointUrl, body: bytes, headers: Mapping[str, str]) -> EndpointAnswer:
    connection.send(b"".join(_request(url, body, headers)))
    # It reads by `makefile` alone.
    answer = http.client.HTTPResponse(connection, method="POST")  # type: ignore[arg-type]
    answer.begin()
    # The status says all that counts: words that come too late, or too many of them, are left out.
    try:
        words = answer.read(4 * KEPT_CHARACTERS)
    except (OSError, http.client.HTTPException, _TooLarge):
        words = b""
    return EndpointAnswer(answer.status, _kept(words.decode(errors="replace")))


def _request(url: EndpointUrl, body: bytes, headers: Mapping[str, str]) -> Iterator[bytes]:
    yield f"POST {url.target} HTTP/1.1\r\nHost: {url.host_header}\r\n".encode("ascii")
    for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
        yield f"{name}: {value}\r\n".encode("ascii")
    yield b"\r\n" + body


def _kept(words: str) -> str:
    """The first characters, on one line, as a text column accepts them."""
    printed = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(printed.split())[:KEPT_CHARACTERS]
