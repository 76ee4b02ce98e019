"""The supervisor's children: one that stands still is replaced, and none outlives who forked it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from database.engine import open_database
from processes import beat_while_used
from supervisor import Beat, Child, fork_beside

HERE = Path(__file__).resolve().parent.parent
# Forks a child and a process beside, each of which says its number once it runs, and waits to be killed.
FAMILY = """
import os, time
from supervisor import Child, fork_beside

def run(_):
    os.write(1, f"{os.getpid()}\\n".encode())
    time.sleep(60)

Child("web", run).start()
fork_beside(run)
time.sleep(60)
"""


def test_a_child_that_is_stopped_is_ended_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGSTOP: it ends by nothing but SIGKILL, and no socket tells of it."""
    first, second = _revived(monkeypatch, _beat_on, stop=True)
    assert first != second


def test_a_child_that_is_stuck_is_ended_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs, but its loop does not turn."""
    first, second = _revived(monkeypatch, _beat_once, stop=False)
    assert first != second


def test_children_end_with_who_forked_them() -> None:
    """Killed, it can tell them nothing; left alone, they would hold the port and the sandbox."""
    family = subprocess.Popen([sys.executable, "-c", FAMILY], cwd=HERE, stdout=subprocess.PIPE, text=True)
    assert family.stdout
    children = [int(family.stdout.readline()) for _ in range(2)]
    os.kill(children[0], signal.SIGSTOP)

    family.kill()
    family.wait()
    family.stdout.close()

    _until(lambda: not any(_is_running(pid) for pid in children))


def test_a_process_beside_that_does_not_end_is_killed() -> None:
    """The web waits for its writer to close the database, but not for ever."""
    beside = fork_beside(lambda _socket: time.sleep(60))
    beside.socket.close()

    beside.wait(0.1)

    assert not _is_running(beside.pid)


@pytest.mark.parametrize(("pause", "beats"), [(60.0, True), (0.0, False)])
def test_a_worker_beats_as_long_as_it_uses_its_database(sqlite_url: str, pause: float, beats: bool) -> None:
    """Its thread that beats would go on for ever beside a job that is stuck."""
    engine, beaten = open_database(sqlite_url, durable=False), list[int]()

    beat_while_used(engine, lambda: beaten.append(1), pause)
    time.sleep(0.02)

    engine.dispose()
    assert bool(beaten) is beats


def _beat_on(beat: Beat) -> None:
    while True:
        beat()
        time.sleep(0.01)


def _beat_once(beat: Beat) -> None:
    beat()
    time.sleep(60)


def _revived(monkeypatch: pytest.MonkeyPatch, run: Callable[[Beat], None], *, stop: bool) -> tuple[int, int]:
    """The process of a child before and after it stood still."""
    monkeypatch.setattr("supervisor.RESTART_SECONDS", 0.01)
    child = Child("web", run, silence=1.0)  # five polls
    child.start()
    first = child.pid
    time.sleep(0.1)
    assert child.revive()
    if stop:
        os.kill(first, signal.SIGSTOP)
    _until(lambda: child.revive() and child.pid != first)
    child.send_signal(signal.SIGKILL)
    _until(child.has_ended)
    return first, child.pid


def _until(so: Callable[[], bool]) -> None:
    for _ in range(200):
        if so():
            return
        time.sleep(0.02)
    raise TimeoutError


def _is_running(pid: int) -> bool:
    """Whether it is there and not a zombie."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
