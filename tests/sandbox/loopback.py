"""Servers on loopback: the twin over HTTP, and a webhook endpoint that keeps what it receives."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe
import uvicorn

from sandbox.twin import Twin, TwinSettings

KEY = "sk_test_sandbox_tests"
SECRET = "whsec_of_the_tests"
START = 1_795_000_000.0
"""The second at which the clock of a test's twin is stopped at first: November 2026."""


def settings(endpoint_url: str | None = None) -> TwinSettings:
    """The settings of every test's twin."""
    return TwinSettings("http://twin.invalid", KEY, endpoint_url, SECRET, "The Alliance")


@contextmanager
def served(twin: Twin) -> Iterator[str]:
    """The twin over HTTP, without its delivery loop: due work waits for `settle` and `advance`."""
    with served_app(twin.app) as url:
        twin.attach(public_url=url)
        yield url


@contextmanager
def served_app(app: Any) -> Iterator[str]:
    """Any ASGI application over HTTP, without its lifespan."""
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.005)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(10)
        bound.close()


def stripe_client(url: str, key: str = KEY) -> stripe.StripeClient:
    """The official client, with the twin's address."""
    return stripe.StripeClient(
        key, base_addresses={"api": url}, http_client=stripe.RequestsClient(timeout=10), max_network_retries=2
    )


@dataclass
class Endpoint:
    """A webhook endpoint. Its statuses are `answers` in turn, and 200 when they are used up."""

    url: str = ""
    secret: str = SECRET
    answers: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    def events(self) -> list[dict[str, Any]]:
        """The received events, each signature checked by the official library."""
        for body, signature in zip(self.bodies, self.signatures, strict=True):
            stripe.WebhookSignature.verify_header(body.decode(), signature, self.secret, tolerance=300)
        return [json.loads(body) for body in self.bodies]

    def wait_for(self, event_type: str, seconds: float = 10) -> None:
        """Return when an event of this type has arrived, or time is up."""
        deadline = time.monotonic() + seconds
        while event_type not in self.types() and time.monotonic() < deadline:
            time.sleep(0.01)

    def types(self) -> list[str]:
        """The types of the received events, in order."""
        return [event["type"] for event in self.events()]


@contextmanager
def listening() -> Iterator[Endpoint]:
    """An endpoint on a port of its own."""
    endpoint = Endpoint()

    class Receiver(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            endpoint.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            endpoint.signatures.append(self.headers["Stripe-Signature"])
            self.send_response(endpoint.answers.pop(0) if endpoint.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
