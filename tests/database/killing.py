"""Kill a migration of a SQLite file at one statement after another: `python -m tests.database.killing FILE REVISION N`.

Runs in a process of its own, which forks a child for each moment, because a child must die by SIGKILL as in a power
cut: no exception, no rollback of ours. Leaves a file `cut-1.db` to `cut-N.db` beside FILE, one for each moment.
"""

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, event

from database.migrating import MIGRATIONS


def upgrade(url: str, revision: str) -> None:
    """Bring a database to this revision and no further."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, revision)


@contextmanager
def killed_at(statement: int) -> Iterator[list[int]]:
    """Kill this process before it executes this statement (0: never); the list holds how many were executed."""
    numbers, executed = count(1), [0]

    def execute(*_: object) -> None:
        executed[0] = next(numbers)
        if executed[0] == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", execute)
    try:
        yield executed
    finally:
        event.remove(Engine, "before_cursor_execute", execute)


def statements_of(path: Path, revision: str) -> int:
    """How many statements the migration consists of, tried on a copy."""
    tried = shutil.copyfile(path, path.with_name("tried.db"))
    with killed_at(0) as executed:
        upgrade(f"sqlite:///{tried}", revision)
    return executed[0]


def kill_one(path: Path, revision: str, statement: int) -> None:
    """Migrate this file in a child that dies before this statement."""
    child = os.fork()
    if child == 0:
        with killed_at(statement):
            upgrade(f"sqlite:///{path}", revision)
        os._exit(0)  # the statement never came
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise RuntimeError(f"the migration ended before statement {statement}")


def main(path: Path, revision: str, moments: int) -> None:
    """Kill it at this many moments, spread over all statements; the last one is the last statement."""
    statements = statements_of(path, revision)
    for n in range(1, moments + 1):
        kill_one(shutil.copyfile(path, path.with_name(f"cut-{n}.db")), revision, max(1, n * statements // moments))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
