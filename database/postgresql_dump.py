"""Writes a PostgreSQL database into a file while it is used, and fills an empty one from it: pg_dump and psql."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.engine import Connection, Engine

from database.postgresql import APPLICATION

INSTALLED = Path("/usr/lib/postgresql")  # where Debian keeps the programs of each version, in folders `15`, `17`
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
# What a dump must not bring along: another machine has other users.
_DUMP_OPTIONS = ("--format=plain", "--no-owner", "--no-privileges", "--encoding=UTF8")


class NoProgram(RuntimeError):
    """pg_dump or psql is missing, or is older than the server."""


class NotDumped(RuntimeError):
    """pg_dump or psql has failed; the message is what it said."""


@contextmanager
def one_state(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """A transaction that sees one state of the database, and that state's name, by which pg_dump sees it as well."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as conn, conn.begin():
        yield conn, str(conn.scalar(sa.text("SELECT pg_export_snapshot()")))


def server_version(conn: Connection) -> int:
    """The server's main version, such as 17."""
    return int(conn.scalar(sa.text("SELECT current_setting('server_version_num')::integer")) or 0) // 10_000


def dump_postgresql(url: str, snapshot: str, version: int, dump: Path) -> None:
    """Write that state of the database into a file of SQL. Raises NoProgram or NotDumped."""
    program = find_program("pg_dump", version)
    _run([str(program), *_DUMP_OPTIONS, f"--snapshot={snapshot}", f"--file={dump}"], url)


def fill_postgresql(url: str, version: int, dump: Path, *more: str) -> None:
    """Run a dump, and statements after it, in an empty database, as one transaction. Raises NoProgram or NotDumped."""
    program = find_program("psql", version)
    statements = [f"--command={statement}" for statement in more]
    _run(
        [
            str(program), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
            "--output=/dev/null", f"--file={dump}", *statements,
        ],
        url,
    )  # fmt: skip


def find_program(name: str, version: int) -> Path:
    """The program on the PATH, else the installed one whose version is nearest; not older than the server."""
    on_path = shutil.which(name)
    installed = sorted(INSTALLED.glob(f"*/bin/{name}"), key=lambda path: int(path.parent.parent.name))
    candidates = [*([Path(on_path)] if on_path else []), *installed]
    versions = {candidate: _version_of(candidate) for candidate in candidates}
    for candidate in candidates:
        if versions[candidate] >= version:
            return candidate
    install = f"On Debian: apt install postgresql-client-{version}; or put the folder of {name} {version} on the PATH."
    if not candidates:
        raise NoProgram(f"A backup of PostgreSQL needs {name}, and there is none here. Nothing was changed. {install}")
    newest = max(versions.values())
    raise NoProgram(
        f"{name} {newest} is older than the server, which is PostgreSQL {version}. Nothing was changed. {install}"
    )


def _version_of(program: Path) -> int:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = _VERSION.search(answer)
    return int(version[1]) if version else 0


def _run(command: Sequence[str], url: str) -> None:
    """Run a program of PostgreSQL's on a database. The password is in its environment, where nobody else reads it."""
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    parts: dict[str, Any] = dict(conninfo_to_dict(address))
    password = parts.pop("password", None)
    conninfo = make_conninfo(**parts, application_name=f"{APPLICATION} backup")
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    done = subprocess.run(
        [*command, f"--dbname={conninfo}"],
        capture_output=True, text=True, check=False, env=environment, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise NotDumped(f"{Path(command[0]).name} has failed: {lines[0]}")


def is_alone(conn: Connection) -> bool:
    """Whether no other Farthing is connected to this database."""
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND application_name LIKE :farthings"
    )
    return not conn.scalar(others, {"farthings": f"{APPLICATION}%"})


def remove_everything(url: str) -> None:
    """Empty the database again after a restore that did not end well: all tables and functions of its schema."""
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        tables = connection.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()")
        for (name,) in tables.fetchall():
            connection.execute(f"DROP TABLE {name} CASCADE")  # quoted by the server
        functions = connection.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
        )
        for (name,) in functions.fetchall():
            connection.execute(f"DROP FUNCTION {name} CASCADE")  # quoted by the server
