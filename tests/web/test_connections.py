"""What a stranger can hold of a web process is bounded, and honest clients notice nothing. Over real sockets."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
import structlog
import uvicorn
from starlette.types import Receive, Scope, Send

from web.connections import ConnectionLimits, bounded

LIMITS = ConnectionLimits(
    connections=50, head_bytes=2000, request_bytes=100_000, head_seconds=0.3, body_seconds=0.3, bodies_bytes=150_000
)
PATIENT = replace(LIMITS, head_seconds=60.0, body_seconds=60.0)
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"


async def _measure_body(_scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body's length."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    answer = str(size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]})
    await send({"type": "http.response.body", "body": answer})


@pytest.fixture(autouse=True)
def _sweep_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.connections.SWEEP_SECONDS", 0.05)


def test_honest_requests_are_answered() -> None:
    """Several on one connection, in one piece, in chunks, and one sent before the last was answered."""
    with _serving(LIMITS) as port, _open(port) as client:
        assert _answers(client, GET, 1) == [b"0"]
        assert _answers(client, POST + b"Content-Length: 3\r\n\r\nabc" + GET, 2) == [b"3", b"0"]
        chunks = b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
        assert _answers(client, POST + chunks, 1) == [b"7"]


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"], ids=["unfinished", "whole"])
def test_a_head_that_is_too_large_is_refused(end: bytes) -> None:
    """Whether all of it comes at once, or it never ends."""
    with _serving(PATIENT) as port, _open(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 3000 + end)
        assert client.recv(4096).startswith(b"HTTP/1.1 400 ")
        assert client.recv(4096) == b""


def test_trailers_without_end_are_cut() -> None:
    """They are headers too, but after the body."""
    with _serving(PATIENT) as port, _open(port) as client:
        client.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ")
        assert _is_cut(client, b"x" * 50_000)


@pytest.mark.parametrize(
    "part",
    [b"", b"GET / HT", POST, POST + b"Content-Length: 9\r\n\r\nabc"],
    ids=["nothing", "line", "head", "body"],
)
def test_an_unfinished_request_is_cut(part: bytes) -> None:
    """Silent from the start, in the head, or in the body."""
    with _serving(LIMITS) as port, _open(port) as client:
        client.sendall(part)
        assert client.recv(4096) == b""


@pytest.mark.parametrize(("start", "drop"), [(b"", b"\r\n"), (GET, b"\r\n"), (POST, b"x")])
def test_a_head_that_drips_is_cut(start: bytes, drop: bytes) -> None:
    """Each byte that comes is life, but ten seconds are for the whole head; also after a request was answered."""
    with _serving(LIMITS) as port, _open(port) as client:
        client.sendall(start)
        assert _is_cut(client, drop)


def test_among_too_many_connections_those_that_wait_longest_are_cut() -> None:
    """Silent sockets refuse nobody: the next visitor is answered, and the log says why they went, in one line."""
    with _serving(PATIENT) as port, ExitStack() as stack, structlog.testing.capture_logs() as logs:
        silent = [stack.enter_context(_open(port)) for _ in range(PATIENT.connections + 10)]
        with _open(port) as visitor:
            assert _answers(visitor, GET, 1) == [b"0"]
        assert [connection.recv(1) for connection in silent[:11]] == [b""] * 11
        _until_logged(logs)
    assert [line["event"] for line in logs] == ["connections_cut"]
    assert logs[0]["too_many_connections"] >= 1  # a line counts what was cut by then; the next is a while later


def test_bodies_are_bounded_in_sum() -> None:
    """The request that is unfinished longest is cut; one that comes whole is answered."""
    unfinished = POST + b"Content-Length: 90000\r\n\r\n" + b"x" * 80_000
    with _serving(PATIENT) as port, _open(port) as first, _open(port) as second, _open(port) as third:
        first.sendall(unfinished)
        time.sleep(0.1)
        second.sendall(unfinished)
        assert first.recv(1) == b""
        assert _answers(third, POST + b"Content-Length: 50000\r\n\r\n" + b"x" * 50_000, 1) == [b"50000"]


@contextmanager
def _serving(limits: ConnectionLimits) -> Iterator[int]:
    """Uvicorn with these limits; its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        _measure_body, http=cast(Any, bounded(limits)), loop="uvloop", ws="none", lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def _open(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def _answers(client: socket.socket, requests: bytes, count: int) -> list[bytes]:
    """The bodies of the answers to these requests."""
    client.sendall(requests)
    heads, received = b"\r\n\r\n", b""
    while received.count(heads) < count or received.endswith(heads):
        received += client.recv(4096)
    return [part.partition(heads)[2] for part in received.split(b"HTTP/1.1 200 OK")[1:]]


def _is_cut(client: socket.socket, drop: bytes) -> bool:
    """Whether the connection is cut while this is sent again and again."""
    try:
        for _ in range(60):
            client.sendall(drop)
            time.sleep(0.02)
    except OSError:
        return True
    return False


def _until_logged(logs: Any) -> None:
    for _ in range(100):
        if logs:
            return
        time.sleep(0.02)
