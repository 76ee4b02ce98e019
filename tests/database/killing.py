"""Kill a migration of a SQLite file: `python -m tests.database.killing FILE REVISION STATEMENTS [WITHIN]`.

STATEMENTS moments lie before one statement after another. WITHIN moments more lie inside of statements, evenly over
the work that SQLite does, the last of them before the COMMIT.

Runs in a process of its own, which forks a child for each moment, because a child must die by SIGKILL as in a power
cut: no exception, no rollback of ours. Leaves a file `cut-1.db` to `cut-N.db` beside FILE, one for each moment.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, event

from database.migrating import MIGRATIONS

INSTRUCTIONS = 1000  # of SQLite's virtual machine, between two moments inside of statements
AT_ONCE = 2  # children
CACHE_PAGES = 50  # so few that a migration writes to the disk long before its COMMIT


def upgrade(url: str, revision: str) -> None:
    """Bring a database to this revision and no further."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, revision)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def killed_at(statement: int) -> Iterator[list[int]]:
    """Kill this process before it executes this statement (0: never); the list holds how many were executed."""
    numbers, executed = count(1), [0]

    def execute(*_: object) -> None:
        executed[0] = next(numbers)
        if executed[0] == statement:
            _die()

    event.listen(Engine, "before_cursor_execute", execute)
    try:
        yield executed
    finally:
        event.remove(Engine, "before_cursor_execute", execute)


@contextmanager
def killed_within(moment: int) -> Iterator[list[int]]:
    """Kill this process inside of a statement, after so much work (0: never); the list holds how much was done."""
    done = [0]

    def work() -> int:
        done[0] += 1
        if done[0] == moment:
            _die()
        return 0

    def begin(connection: Connection) -> None:
        sqlite = connection.connection.driver_connection
        assert sqlite is not None
        sqlite.execute(f"PRAGMA cache_size={CACHE_PAGES}")
        sqlite.set_progress_handler(work, INSTRUCTIONS)

    event.listen(Engine, "begin", begin)
    try:
        yield done
    finally:
        event.remove(Engine, "begin", begin)


@contextmanager
def killed_before_commit() -> Iterator[None]:
    """Kill this process when all is done and nothing is committed."""

    def commit(_: Connection) -> None:
        _die()

    event.listen(Engine, "commit", commit)
    try:
        with killed_within(0):
            yield
    finally:
        event.remove(Engine, "commit", commit)


def moments_of(path: Path, revision: str, killed: Callable[[int], AbstractContextManager[list[int]]]) -> int:
    """How many moments the migration has, tried on a copy."""
    tried = shutil.copyfile(path, path.with_name("tried.db"))
    with killed(0) as moments:
        upgrade(f"sqlite:///{tried}", revision)
    return moments[0]


def start_one(path: Path, revision: str, killed: AbstractContextManager[object]) -> int:
    """Migrate this file in a child that dies in the middle of it; returns the child's process id."""
    child = os.fork()
    if child == 0:
        with killed:
            upgrade(f"sqlite:///{path}", revision)
        os._exit(0)  # the moment never came
    return child


def require_killed(child: int) -> None:
    """Wait for this child; raise RuntimeError unless it was killed."""
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise RuntimeError("a migration ended and was not killed")


def main(path: Path, revision: str, statements: int, within: int = 0) -> None:
    """Kill it at this many moments; the last of the statements is the last statement."""
    executed = moments_of(path, revision, killed_at)
    moments: list[AbstractContextManager[object]] = [
        killed_at(max(1, n * executed // statements)) for n in range(1, statements + 1)
    ]
    if within:
        work = moments_of(path, revision, killed_within)
        moments += [killed_within(max(1, n * work // within)) for n in range(1, within)]
        moments.append(killed_before_commit())
    children: list[int] = []
    for n, killed in enumerate(moments, 1):
        if len(children) == AT_ONCE:
            require_killed(children.pop(0))
        children.append(start_one(shutil.copyfile(path, path.with_name(f"cut-{n}.db")), revision, killed))
    for child in children:
        require_killed(child)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
