"""Keeps a web process and a worker process running, so that making a PDF never delays a page.

The web forks a third process itself: the writer, which keeps the books (`fork_beside`).
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType
from typing import NoReturn

GRACE_SECONDS = 30.0
RESTART_SECONDS = 1.0
MOST_RESTARTS = 5  # in a row, each within SETTLED_SECONDS: after that another restart will not help
SETTLED_SECONDS = 30.0
POLL_SECONDS = 0.2
STOPPING = (signal.SIGTERM, signal.SIGINT)


class Child:
    """A process to keep running.

    It is forked, so it starts with everything imported. The supervisor must have no threads and no connections.
    """

    def __init__(self, name: str, run: Callable[[], None], *, vital: bool = True) -> None:
        """When a vital child will not stay up, everything is stopped; any other is restarted, less often."""
        self.name, self._run, self._vital = name, run, vital
        self._restarts, self._not_before = 0, 0.0
        self._ended = True

    def start(self) -> None:
        """Start the process."""
        sys.stdout.flush()
        sys.stderr.flush()
        self._started = time.monotonic()
        self._ended = False
        self.pid = os.fork()
        if self.pid == 0:
            _become(self._run)

    def revive(self) -> bool:
        """Start it again if it has ended; False when it is vital and will not stay up."""
        if not self.has_ended():
            return True
        if not self._not_before:
            settled = time.monotonic() - self._started > SETTLED_SECONDS
            self._restarts = 0 if settled else self._restarts + 1
            gave_up = self._restarts > MOST_RESTARTS
            if gave_up and self._vital:
                return False
            self._not_before = time.monotonic() + (SETTLED_SECONDS if gave_up else RESTART_SECONDS)
        if time.monotonic() >= self._not_before:
            self._not_before = 0.0
            self.start()
        return True

    def has_ended(self) -> bool:
        """Whether the process has ended."""
        if not self._ended:
            self._ended = os.waitpid(self.pid, os.WNOHANG)[0] == self.pid
        return self._ended

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if not self.has_ended():
            os.kill(self.pid, number)


def _become(run: Callable[[], None], on_stop: signal.Handlers = signal.SIG_DFL) -> NoReturn:
    """In the new process: run the child, and never return into its parent's code."""
    status = 1
    try:
        for number in STOPPING:
            signal.signal(number, on_stop)
        run()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        kind, error, traceback = sys.exc_info()
        if kind and error:
            sys.excepthook(kind, error, traceback)
        sys.stdout.flush()
        os._exit(status)


def fork_beside(run: Callable[[socket.socket], None]) -> socket.socket:
    """Fork a process that serves one end of a socket pair; returns the other end. The process ends when that closes.

    Call it before there are threads or connections. The new process ignores the signals that stop this one, so that it
    can finish what it was sent.
    """
    ours, theirs = socket.socketpair()
    sys.stdout.flush()
    sys.stderr.flush()
    if os.fork() == 0:
        ours.close()
        _become(partial(run, theirs), signal.SIG_IGN)
    theirs.close()
    return ours


class Supervisor:
    """Watches its children until a signal stops it, then gives them GRACE_SECONDS to finish."""

    def __init__(self, children: Sequence[Child], listening: socket.socket) -> None:
        """`listening` is the web's socket; it is closed when stopping, so that no connection waits in it."""
        self._children, self._listening = list(children), listening
        self._stopping = False

    def run(self) -> int:
        """Watch; returns the exit status: 0 after a signal, 1 when a vital child will not stay up."""
        for number in STOPPING:
            signal.signal(number, self._stop)
        for child in self._children:
            child.start()
        try:
            while not self._stopping:
                for child in self._children:
                    if not child.revive():
                        sys.stderr.write(f"{child.name} will not stay up: the lines above say why.\n")
                        return 1
                time.sleep(POLL_SECONDS)
        finally:
            self._end_children()
        return 0

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end_children(self) -> None:
        self._listening.close()
        for child in self._children:
            child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while not all(child.has_ended() for child in self._children) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS / 4)
        for child in self._children:
            child.send_signal(signal.SIGKILL)
