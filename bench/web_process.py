"""Runs our web process as in production, in test mode, on loopback; and signs the requests that are sent to it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from stripe import WebhookSignature

from payments.inbox.webhook import PATH

HERE = Path(__file__).resolve().parent.parent
SECRET = "whsec_bench"  # noqa: S105 - signs made-up messages on loopback
READY_SECONDS = 120.0  # on a busy machine a start takes long


def production_settings(url: str, port: int, directory: Path) -> dict[str, str]:
    """The environment of a web process on this database."""
    return os.environ | {
        "FARTHING_DATABASE_URL": url,
        "FARTHING_VAR_DIR": str(directory),
        "FARTHING_BASE_URL": f"http://127.0.0.1:{port}",
        "FARTHING_STRIPE_API_KEY": "sk_test_bench",
        "FARTHING_STRIPE_WEBHOOK_SECRETS": SECRET,
        "FARTHING_ORGANISATION_NAME": "The Bench",
        "FARTHING_ORGANISATION_EMAIL": "bench@example.org",
        "FARTHING_ORGANISATION_IMPRINT": "Promoted by the bench.",
    }


def await_ready(port: int) -> None:
    """Ask until an HTTP answer comes: the socket accepts connections before there is a server behind it."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                connection.settimeout(READY_SECONDS)
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                if connection.recv(12):
                    return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the server did not answer")


def listening_socket() -> socket.socket:
    """A socket on a free port of loopback that already listens."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(1024)
    return listening


@contextmanager
def serving(
    url: str, directory: Path, baseline: Sequence[str] = (), ending: signal.Signals = signal.SIGTERM
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A web process on this database, or a baseline's module with its arguments: its port and its process."""
    with listening_socket() as listening:
        port: int = listening.getsockname()[1]
        number = str(listening.fileno())
        ours = [sys.executable, "commands.py", "web", "--fd", number]
        server = subprocess.Popen(
            [sys.executable, "-m", *baseline, number] if baseline else ours,
            cwd=HERE,
            pass_fds=[listening.fileno()],
            env=production_settings(url, port, directory),
            stdout=subprocess.DEVNULL,
        )
    try:
        await_ready(port)
        yield port, server
    finally:
        server.send_signal(ending)
        server.wait(READY_SECONDS)


def signed_request(body: bytes) -> bytes:
    """A POST of this body to the webhook's address, signed now."""
    signature = WebhookSignature.generate_signature_header(body.decode(), SECRET)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Stripe/1.0\r\nAccept: */*\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nStripe-Signature: {signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
