"""Keeps a web process and a worker process running, so that making a PDF never delays a page.

Each of them beats once a second; one that stands still is ended and started again. The web forks a third process
itself: the writer, which keeps the books (`fork_beside`). Whoever was forked here ends with who forked it.
"""

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import NoReturn

GRACE_SECONDS = 30.0
RESTART_SECONDS = 1.0
MOST_RESTARTS = 5  # in a row, each within SETTLED_SECONDS: after that another restart will not help
SETTLED_SECONDS = 30.0
POLL_SECONDS = 0.2
# Without a beat for so long a child is taken to stand still. Until its first beat it may import, connect and build.
LONGEST_SILENCE, LONGEST_START = 10.0, 60.0
STOPPING = (signal.SIGTERM, signal.SIGINT)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h

Beat = Callable[[], None]


class Child:
    """A process to keep running.

    It is forked, so it starts with everything imported. The supervisor must have no threads and no connections.
    """

    def __init__(
        self, name: str, run: Callable[[Beat], None], *, vital: bool = True, silence: float = LONGEST_SILENCE
    ) -> None:
        """`run` is given what it calls once a second to show that it goes on; `silence` is how long it may not.

        When a vital child will not stay up, everything is stopped; any other is restarted, less often.
        """
        self.name, self._run, self._vital, self._silence = name, run, vital, silence
        self._restarts, self._not_before = 0, 0.0
        self._ended = True
        self._beats = -1

    def start(self) -> None:
        """Start the process."""
        sys.stdout.flush()
        sys.stderr.flush()
        self._started = time.monotonic()
        self._ended = False
        self._silent_polls, self._has_beaten = 0, False
        beats, ours = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            end_with_parent(parent)
            _become(partial(self._run, partial(_beat, ours)))
        os.close(ours)
        self._beats = beats

    def revive(self) -> bool:
        """Start it again if it has ended; False when it is vital and will not stay up."""
        if not self.has_ended():
            self._end_if_still()
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
            if self._ended:
                os.close(self._beats)
        return self._ended

    def _end_if_still(self) -> None:
        """Kill it when it has not beaten for too long.

        The silence is counted in our own polls, so that it does not grow while all of us are stopped together.
        """
        try:
            beaten = bool(os.read(self._beats, 4096))
        except BlockingIOError:
            beaten = False
        self._has_beaten = self._has_beaten or beaten
        self._silent_polls = 0 if beaten else self._silent_polls + 1
        if self._silent_polls * POLL_SECONDS > (self._silence if self._has_beaten else LONGEST_START):
            self._silent_polls = 0
            sys.stderr.write(f"{self.name} stands still: it is ended, and started again.\n")
            self.send_signal(signal.SIGKILL)

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


def _beat(pipe: int) -> None:
    with suppress(OSError):  # it is full while the supervisor is stopped
        os.write(pipe, b".")


def end_with_parent(parent: int) -> None:
    """Let the system kill this process when its parent has ended, however that came.

    SIGKILL, because a process that stands still notices nothing else; what it had not committed nobody was promised.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux alone has it
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:  # it has ended before we said so
        os._exit(1)


def run_apart(run: Callable[[], None]) -> bool:
    """Run this in a process of its own, whose threads and connections end with it; whether it came to its end.

    Call it before there are threads or connections.
    """
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        end_with_parent(parent)
        _become(run)
    return os.waitpid(pid, 0)[1] == 0


@dataclass(frozen=True)
class ProcessBeside:
    """A process that serves the other end of a socket pair."""

    socket: socket.socket
    pid: int

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, which it does once our end is closed; kill it when that takes too long."""
        deadline = time.monotonic() + seconds
        while os.waitpid(self.pid, os.WNOHANG)[0] != self.pid:
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(POLL_SECONDS / 10)


def fork_beside(run: Callable[[socket.socket], None]) -> ProcessBeside:
    """Fork a process that serves one end of a socket pair, and ends when the other end closes.

    Call it before there are threads or connections. The new process ignores the signals that stop this one, so that it
    can finish what it was sent.
    """
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        end_with_parent(parent)
        ours.close()
        _become(partial(run, theirs), signal.SIG_IGN)
    theirs.close()
    return ProcessBeside(ours, pid)


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
