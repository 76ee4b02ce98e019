"""PgBouncer in transaction mode in front of one of the suite's PostgreSQL databases."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

START_SECONDS = 10
NOBODY = "nobody"  # PgBouncer refuses to run as root

SETTINGS = """
[databases]
* = host={host} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 20
max_client_conn = 1000
server_login_retry = 1
"""


class NoPgBouncer(Exception):
    """It is not installed or did not start; the suite must fail, never skip."""


@contextmanager
def pgbouncer(url: str) -> Iterator[str]:
    """The address of the way through PgBouncer to the database of `url`, a server reached by a unix socket."""
    address = sa.make_url(url)
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")
    if program is None:
        raise NoPgBouncer("The suite needs PgBouncer: run it by ./farthing test, which installs it.")
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="farthing-pgb-") as folder:
        settings = Path(folder) / "pgbouncer.ini"
        settings.write_text(SETTINGS.format(host=address.query["host"], port=port))
        settings.parent.chmod(0o755)
        as_user = [program, "-q", "-u", NOBODY, str(settings)]
        with subprocess.Popen(as_user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _await(process, port)
                through = sa.URL.create(
                    address.drivername, address.username, host="127.0.0.1", port=port, database=address.database
                )
                yield through.render_as_string(hide_password=False)
            finally:
                process.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise NoPgBouncer("PgBouncer did not start.")
