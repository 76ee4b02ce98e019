"""`run` as a newcomer starts it: what it prints, that it serves, and that it ends when it is told to."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
START_SECONDS = 90


@dataclass
class Running:
    """A running Farthing, where it is, and the file that it prints into."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    @property
    def printed(self) -> str:
        """What it has printed so far."""
        return self.log.read_text()


@contextmanager
def running(var_dir: Path, *options: str) -> Iterator[Running]:
    """`run --port 0`, until the block ends; then SIGTERM, and it must go by itself."""
    log = var_dir.with_suffix(".log")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "commands.py", "run", "--port", "0", "--var-dir", str(var_dir), *options],
            cwd=HERE,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        farthing = Running(process, _address(log), log)
        _get(farthing.address + "/readyz")
        yield farthing
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0


def test_run_serves_prints_where_to_go_and_stops_cleanly(tmp_path: Path) -> None:
    """Twice: the second start finds everything there and is quick."""
    with running(tmp_path / "var", "--empty") as first:
        text = first.printed
        beside = subprocess.run(
            [sys.executable, "commands.py", "run", "--port", "0", "--var-dir", str(tmp_path / "var")],
            cwd=HERE, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert (beside.returncode, "Another Farthing is running" in beside.stderr) == (2, True)
        link = re.search(r"Treasurer\s+(\S+)", text)
        assert link
        assert "Every Branch Open" in _get(first.address + "/")
        assert "Sign in" in _get(link[1])
        assert "/sandbox/" in text
        _get(first.address + "/sandbox/")
        assert json.loads(_get(first.address + "/readyz"))["ready"]
        doctor = subprocess.run(
            [sys.executable, "commands.py", "doctor", "--json", "--var-dir", str(tmp_path / "var")],
            cwd=HERE, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert json.loads(doctor.stdout)[0]["figures"]["address"] == first.address + "/webhooks/stripe"
        web, worker = _children(first.process.pid)
        assert not _has_loaded(web, "libpango")
        assert not _has_loaded(worker, "libpango")  # a process of its own prints, once there is something to print
    with running(tmp_path / "var") as second:
        assert "Every Branch Open" in _get(second.address + "/")
        assert "Playing" not in second.printed  # who began without the demonstration month never gets it
    assert not (tmp_path / "var" / "sandbox.db-wal").exists()  # a plain copy of the file is whole
    assert [_mode(tmp_path / "var"), _mode(tmp_path / "var" / "sandbox.db")] == ["700", "600"]
    keys = tmp_path / "var" / "sandbox-keys.json"
    assert oct(keys.stat().st_mode & 0o777) == "0o600"
    assert not [secret for secret in json.loads(keys.read_text()).values() if secret in text and len(secret) > 12]


def test_a_new_sandbox_has_something_to_show(tmp_path: Path) -> None:
    """The demonstration month is there when the address is printed."""
    with running(tmp_path / "var") as farthing:
        assert "Playing" in farthing.printed
        assert "3,020" in _get(farthing.address + "/c/see-you-in-court")


def test_a_child_that_is_killed_is_started_again(tmp_path: Path) -> None:
    """The same socket, the same books."""
    with running(tmp_path / "var", "--empty") as farthing:
        web, _ = _children(farthing.process.pid)
        os.kill(web, signal.SIGKILL)
        deadline = time.monotonic() + START_SECONDS
        while web in _children(farthing.process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert "Every Branch Open" in _get(farthing.address + "/")


def _mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:o}"


def _address(log: Path) -> str:
    """The donors' address, once it is printed."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if found := re.search(r"Donors\s+(http://\S+)/", log.read_text()):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def _get(url: str) -> str:
    """A page's text; the socket listens before the web is up, so this waits."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=START_SECONDS) as answer:  # noqa: S310 - our own loopback
                text: str = answer.read().decode()
                return text
        except (ConnectionError, urllib.error.URLError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _children(pid: int) -> list[int]:
    """The children, in the order in which they were started: web, worker."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return sorted(int(line) for line in listed.stdout.split())


def _has_loaded(pid: int, library: str) -> bool:
    """Whether a shared library is mapped into a process (asked for a while: it may be loading)."""
    for _ in range(20):
        if library in (Path("/proc") / str(pid) / "maps").read_text():
            return True
        time.sleep(0.2)
    return False
