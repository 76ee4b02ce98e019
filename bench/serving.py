"""Run ours as in production, in test mode, on loopback."""

import os
import socket
import time
from pathlib import Path

SECRET = "whsec_bench"  # noqa: S105 - signs made-up messages on loopback
READY_SECONDS = 30.0


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
    """Ask until an HTTP answer comes: the socket itself takes calls before there is a server behind it."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as knock:
                knock.settimeout(READY_SECONDS)
                knock.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                if knock.recv(12):
                    return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the server did not answer")
