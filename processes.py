"""The processes of a running Farthing: the web, its writer, and the worker."""

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
    """Lock the sandbox: it has one web process, because a second one on the same twin would take its deliveries.

    Raises BadSettings while another process has the lock, which ends with the last process forked from this one.
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
    """Run the web until a signal stops it, with a writer process beside it."""
    write_logs()
    record_organisation(settings)
    installation = open_installation(settings, address)
    installation.engine.dispose()  # a connection must not be shared by two processes
    to_writer = fork_beside(partial(_write_books, installation, listening))
    config = uvicorn.Config(
        build_web(installation, open_sandbox(installation), to_writer),
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    freeze_garbage_collector()
    uvicorn.Server(config).run(sockets=[listening])


def _write_books(installation: Installation, listening: socket.socket, from_web: socket.socket) -> None:
    """Run the writer until the web closes its end of the socket."""
    listening.close()  # only the web accepts connections
    freeze_garbage_collector()
    build_writer(installation).serve(from_web)


def freeze_garbage_collector() -> None:
    """Exclude the loaded program from garbage collection, and collect less often (docs/performance.md)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def work(settings: Settings, address: str | None, listening: socket.socket | None = None) -> None:
    """Run the worker until a signal stops it."""
    write_logs()
    if listening is not None:
        listening.close()  # only the web accepts connections; one would wait here after the web has ended
    record_organisation(settings)
    worker = build_worker(open_installation(settings, address))
    freeze_garbage_collector()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


def bind(settings: Settings) -> socket.socket:
    """Bind the port before its number is used to build anything."""
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
    """The web address of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
