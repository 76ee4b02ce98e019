"""A real HTTP server on this machine that answers as a test wants, and keeps what it was sent."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

YES = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NO = b"HTTP/1.1 500 Broken\r\nContent-Length: 6\r\n\r\nbroken"


@dataclass
class EndpointServer:
    """What it answers next, the last answer again and again; and what it was sent: headers and body."""

    url: str
    answers: list[bytes] = field(default_factory=lambda: [YES])
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None
    hangs: Event | None = None


@contextmanager
def serving() -> Iterator[EndpointServer]:
    """The server, until the block ends."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            endpoint.requests.append((dict(self.headers.items()), body))
            endpoint.before_answer()
            if endpoint.hangs is not None:
                endpoint.hangs.wait(5)
                return
            answer = endpoint.answers.pop(0) if len(endpoint.answers) > 1 else endpoint.answers[0]
            with suppress(OSError):
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    endpoint = EndpointServer(f"http://127.0.0.1:{server.server_port}/events?of=farthing")
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
