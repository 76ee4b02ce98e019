"""Serves a twin for a moment, for a command that asks it while no web runs."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from sandbox.twin import TwinSettings, open_twin

START_SECONDS = 10.0


@contextmanager
def served_briefly(settings: TwinSettings, state: Path, seed: int) -> Iterator[str]:
    """The address of the twin whose state is in this file. Nothing is delivered, and no time passes for it."""
    twin = open_twin(settings, state, seed=seed)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(twin.app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        listening.close()
        twin.close()
