"""One request to an endpoint: what is sent, and what is taken from its answer."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread

import pytest

from tests.webhooks.endpoint_server import NO, EndpointServer, serving
from webhooks.addresses import EndpointUrl, read_endpoint_url
from webhooks.posting import LARGEST_ANSWER, EndpointAnswer, EventPoster

SLOW = 0.3  # seconds, in place of ten


@pytest.fixture(scope="module")
def server() -> Iterator[EndpointServer]:
    """A real server."""
    with serving() as endpoint:
        yield endpoint


def post(server: EndpointServer, answer: bytes) -> EndpointAnswer:
    """Post an event to a server that answers so."""
    server.answers, server.hangs = [answer], None
    poster = EventPoster(sandbox=True, seconds=SLOW)
    return poster.post(read_endpoint_url(server.url, sandbox=True), b'{"id":1}', {"X-Of": "test"})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 204 None\r\n\r\n", EndpointAnswer(204, "")),
        (NO, EndpointAnswer(500, "broken")),
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", EndpointAnswer(302, "")),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 1_000_000, EndpointAnswer(200, "a" * 200)),
        (b"HTTP/1.1 200 OK\r\n\r\nline\r\n\x00\x1b[31m\xff", EndpointAnswer(200, "line [31m\ufffd")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz", EndpointAnswer(200, "")),
    ],
)
def test_an_answer_is_its_status_and_its_first_words(
    server: EndpointServer, answer: bytes, expected: EndpointAnswer
) -> None:
    """A redirect is not followed; a body is not read to its end."""
    server.requests.clear()

    assert post(server, answer) == expected

    [(headers, body)] = server.requests
    assert (body, headers["X-Of"], headers["Content-Length"]) == (b'{"id":1}', "test", "8")
    assert headers["Host"] == server.url.split("/")[2]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "What answers does not speak HTTP (RemoteDisconnected)."),
        (b"SSH-2.0-OpenSSH\r\n", "What answers does not speak HTTP (BadStatusLine)."),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 100_000, "The answer is too large."),
        (b"HTTP/1.1 200 OK\r\n" + (b"X-A: " + b"a" * 900 + b"\r\n") * 90, "The answer is too large."),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * (LARGEST_ANSWER // 20), "The answer is too large."),
    ],
)
def test_what_is_no_answer_says_why(server: EndpointServer, answer: bytes, words: str) -> None:
    """Nothing is raised, and no more is read than 64 KiB."""
    assert post(server, answer) == EndpointAnswer(None, words)


def test_an_endpoint_that_hangs_is_left_after_its_time(server: EndpointServer) -> None:
    """It has taken the request, and says nothing."""
    server.hangs = Event()
    poster = EventPoster(sandbox=True, seconds=SLOW)

    answer = poster.post(read_endpoint_url(server.url, sandbox=True), b"{}", {})
    server.hangs.set()

    assert answer == EndpointAnswer(None, "No answer within 0.3 seconds.")


def test_an_endpoint_that_answers_a_byte_at_a_time_is_left_as_well() -> None:
    """The time is for all of it, not for each byte."""
    listening = socket.create_server(("127.0.0.1", 0))
    enough = Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not enough.wait(0.05):
                connection.sendall(b"a")

    thread = Thread(target=drip, daemon=True)
    thread.start()
    url = read_endpoint_url(f"http://127.0.0.1:{listening.getsockname()[1]}/", sandbox=True)
    answer = EventPoster(sandbox=True, seconds=SLOW).post(url, b"{}", {})
    enough.set()
    listening.close()

    assert answer == EndpointAnswer(None, "No answer within 0.3 seconds.")


def test_nobody_listens() -> None:
    """Nor is a name known that the resolver does not know."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = read_endpoint_url(f"http://127.0.0.1:{port}/", sandbox=True)
    unknown = EventPoster(sandbox=True, resolver=lambda *_: [])

    assert EventPoster(sandbox=True).post(url, b"{}", {}) == EndpointAnswer(None, "No connection: Connection refused.")
    assert unknown.post(url, b"{}", {}) == EndpointAnswer(None, "The name is not known.")


def test_the_address_is_pinned_and_tls_is_asked_for_the_name() -> None:
    """The name is resolved once; the connection goes to that address, and its certificate must be the name's."""
    listening, names, asked = socket.create_server(("127.0.0.1", 0)), list[str | None](), list[str]()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _socket, name, _context: names.append(name)

    def shake_hands() -> None:
        connection, _ = listening.accept()
        with connection, suppress(ssl.SSLError):
            context.wrap_socket(connection, server_side=True)

    thread = Thread(target=shake_hands, daemon=True)
    thread.start()

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    url = EndpointUrl(secure=True, host="hooks.example.org", port=listening.getsockname()[1], target="/")
    answer = EventPoster(sandbox=True, resolver=resolver, seconds=2).post(url, b"{}", {})
    thread.join(2)
    listening.close()

    assert (asked, names) == (["hooks.example.org"], ["hooks.example.org"])
    assert answer.status is None  # it has no certificate
