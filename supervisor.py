"""Keeps the web and the worker running side by side: two processes, so that a PDF never delays a page."""

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
MOST_RESTARTS = 5  # in a row, each within SETTLED_SECONDS: then something is wrong that a restart cannot mend
SETTLED_SECONDS = 30.0
POLL_SECONDS = 0.2
STOPPING = (signal.SIGTERM, signal.SIGINT)


class Child:
    """One process that is to be kept running.

    It is forked, so it starts with everything imported. The supervisor must hold no thread and no connection.
    """

    def __init__(self, name: str, run: Callable[[], None], *, vital: bool = True) -> None:
        """Without a vital child the others are stopped; one that is not vital is tried again, less often."""
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
        """Start it again if it has ended; False when it will not stay up."""
        if not self.has_ended():
            return True
        if not self._not_before:
            settled = time.monotonic() - self._started > SETTLED_SECONDS
            self._restarts = 0 if settled else self._restarts + 1
            tired = self._restarts > MOST_RESTARTS
            if tired and self._vital:
                return False
            self._not_before = time.monotonic() + (SETTLED_SECONDS if tired else RESTART_SECONDS)
        if time.monotonic() >= self._not_before:
            self._not_before = 0.0
            self.start()
        return True

    def has_ended(self) -> bool:
        """Whether the process is gone."""
        if not self._ended:
            self._ended = os.waitpid(self.pid, os.WNOHANG)[0] == self.pid
        return self._ended

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal, unless it is gone."""
        if not self.has_ended():
            os.kill(self.pid, number)


def _become(run: Callable[[], None], on_stop: signal.Handlers = signal.SIG_DFL) -> NoReturn:
    """In the new process: be the child, and never return into its parent's code."""
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
    """Fork a process that lives by this one's end of a socket pair, which is returned: it ends when that closes.

    Call it before there are threads or connections. Signals that stop this process are not for it: what it was
    given it finishes first.
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
    """Watches its children until it is told to stop, then lets them finish what is in their hands."""

    def __init__(self, children: Sequence[Child], listening: socket.socket) -> None:
        """`listening` is the web's; it is let go when stopping, so that no call waits for nobody."""
        self._children, self._listening = list(children), listening
        self._stopping = False

    def run(self) -> int:
        """Watch; returns the exit status: 0 after a stop that was asked for, 1 when a child will not run."""
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
            child.tell(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while not all(child.has_ended() for child in self._children) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS / 4)
        for child in self._children:
            child.tell(signal.SIGKILL)
