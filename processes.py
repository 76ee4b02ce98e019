"""What the processes of a running Farthing do: the web, the writer beside it, and the worker."""

import fcntl
import gc
import os
import signal
import socket
from functools import partial

import uvicorn

from installation import Installation, open_installation, open_sandbox, record_organisation
from main import build_web, build_worker, build_writer
from settings import BadSettings, Settings
from supervisor import fork_beside
from web.logs import write_logs

GRACE_SECONDS = 20


def claim_sandbox(settings: Settings) -> None:
    """A sandbox is one web process: a second one on the same twin would take the deliveries from the first.

    Raises BadSettings while another holds it. The claim ends with the last process that came of this one.
    """
    if settings.mode != "sandbox":
        return
    settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    claim = os.open(settings.var_dir / "sandbox.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BadSettings(
            f"Another Farthing is running on the sandbox in {settings.var_dir}. Nothing was changed."
            " Stop it, or choose another place: ./farthing run --port 0 --var-dir DIR"
        ) from None


def serve(settings: Settings, address: str, listening: socket.socket) -> None:
    """Be the web, until told to stop; a process beside it writes what Stripe sends."""
    write_logs()
    record_organisation(settings)
    installation = open_installation(settings, address)
    installation.engine.dispose()  # a connection must not live in two processes
    writer = fork_beside(partial(_write_books, installation, listening))
    config = uvicorn.Config(
        build_web(installation, open_sandbox(installation), writer),
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    leave_alone_what_stays()
    uvicorn.Server(config).run(sockets=[listening])


def _write_books(installation: Installation, listening: socket.socket, web: socket.socket) -> None:
    """Be the writer, until the web has hung up."""
    listening.close()  # the web's alone
    leave_alone_what_stays()
    build_writer(installation).serve(web)


def leave_alone_what_stays() -> None:
    """Keep the collector from walking, again and again, through the program itself (docs/performance.md)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def work(settings: Settings, address: str | None, listening: socket.socket | None = None) -> None:
    """Be the worker, until told to stop."""
    write_logs()
    if listening is not None:
        listening.close()  # the web's alone: else a call would wait here after the web has gone
    record_organisation(settings)
    worker = build_worker(open_installation(settings, address))
    leave_alone_what_stays()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


def bind(settings: Settings) -> socket.socket:
    """Take the port before anything is built on its number."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        raise BadSettings(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror})."
            " Stop what uses it, or choose another: ./farthing run --port 0"
        ) from None
    listening.listen(1024)
    return listening


def address_of(listening: socket.socket) -> str:
    """Where a socket listens."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
