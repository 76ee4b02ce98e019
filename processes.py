"""The processes of a running Farthing: the web, its writer, and the worker."""

import fcntl
import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import uvicorn
from sqlalchemy.engine import Engine

from backup.restoring import StoppedInstallation
from database.engine import call_when_used
from database.sqlite_files import close_folder
from installation import Installation, open_installation, open_sandbox, record_organisation, stopped_installation
from main import build_web, build_writer
from settings import BadSettings, Settings
from supervisor import Beat, fork_beside
from web.connections import ConnectionLimits, bounded, share_descriptors
from web.logs import write_logs
from worker import build_worker

GRACE_SECONDS = 20
WRITER_SECONDS = 5.0  # to fold SQLite's log in; a writer that stands still is killed after it
KEEP_ALIVE_SECONDS = 5
# A worker that asked nothing of the database for so long is stuck: other workers take its job over after five minutes.
LONGEST_PAUSE_SECONDS = 300.0


RUN_BESIDE = "choose another place: ./farthing run --port 0 --var-dir DIR"
RESTORE_BESIDE = "restore into an empty place: --var-dir DIR"


def claim_sandbox(settings: Settings, otherwise: str = RUN_BESIDE) -> None:
    """Lock the sandbox: it has one web process, because a second one on the same twin would take its deliveries.

    Raises BadSettings while another process has the lock, which ends with the last process forked from this one.
    """
    if settings.mode != "sandbox":
        return
    close_folder(settings.var_dir)
    claim = os.open(settings.var_dir / "sandbox.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BadSettings(
            f"Another Farthing is running on the sandbox in {settings.var_dir}. Nothing was changed."
            f" Stop it, or {otherwise}"
        ) from None


def claim_stopped(settings: Settings) -> StoppedInstallation:
    """This installation for a restore; raises BadSettings while its sandbox runs."""
    claim_sandbox(settings, RESTORE_BESIDE)
    return stopped_installation(settings)


class BeatingServer(uvicorn.Server):
    """uvicorn's server; its event loop beats once a second. `before_stop` is called before it waits for requests."""

    def __init__(self, config: uvicorn.Config, beat: Beat, before_stop: Callable[[], None] = lambda: None) -> None:
        super().__init__(config)
        self._beat, self._before_stop = beat, before_stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams have no end of their own: they are ended first."""
        self._before_stop()
        await super().shutdown(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Every tenth of a second."""
        if counter % 10 == 0:
            self._beat()
        return await super().on_tick(counter)


def serve(settings: Settings, address: str, listening: socket.socket, beat: Beat = lambda: None) -> None:
    """Run the web until a signal stops it, with a writer process beside it."""
    write_logs()
    record_organisation(settings)
    installation = open_installation(settings, address)
    installation.engine.dispose()  # a connection must not be shared by two processes
    writer = fork_beside(partial(_write_books, installation, listening))
    descriptors = share_descriptors()
    web = build_web(installation, open_sandbox(installation), writer.socket)
    config = uvicorn.Config(
        web,
        loop="uvloop",
        http=cast(Any, bounded(ConnectionLimits(descriptors.connections))),
        ws="none",
        lifespan="on",
        backlog=descriptors.backlog,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    freeze_garbage_collector()
    try:
        BeatingServer(config, beat, web.end_streams).run(sockets=[listening])
    finally:
        writer.socket.close()
        writer.wait(WRITER_SECONDS)
        installation.engine.dispose()  # who closes SQLite's file last folds its log in


def _write_books(installation: Installation, listening: socket.socket, from_web: socket.socket) -> None:
    """Run the writer until the web closes its end of the socket."""
    listening.close()  # only the web accepts connections
    freeze_garbage_collector()
    try:
        build_writer(installation).serve(from_web)
    finally:
        installation.engine.dispose()


def freeze_garbage_collector() -> None:
    """Exclude the loaded program from garbage collection, and collect less often (docs/performance.md)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def work(
    settings: Settings,
    address: str | None,
    listening: socket.socket | None = None,
    beat: Beat = lambda: None,
) -> None:
    """Run the worker until a signal stops it."""
    write_logs()
    if listening is not None:
        listening.close()  # only the web accepts connections; one would wait here after the web has ended
    record_organisation(settings)
    installation = open_installation(settings, address)
    worker = build_worker(installation)
    freeze_garbage_collector()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    beat_while_used(installation.engine, beat, LONGEST_PAUSE_SECONDS)
    try:
        worker.run()
    finally:
        installation.engine.dispose()


def beat_while_used(engine: Engine, beat: Beat, pause: float) -> None:
    """Beat once a second from a thread, as long as this process has used its database within the pause (seconds).

    A worker asks it four times a second when idle, and long jobs ask it for every page of a list.
    """
    used_at = time.monotonic()

    def note() -> None:
        nonlocal used_at
        used_at = time.monotonic()

    def beat_on() -> None:
        while True:
            if time.monotonic() - used_at < pause:
                beat()
            time.sleep(1)

    call_when_used(engine, note)
    threading.Thread(target=beat_on, name="beat", daemon=True).start()


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
