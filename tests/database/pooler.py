"""Something between us and PostgreSQL that tells a process id of its own, as PgBouncer does."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa

_KEY = re.compile(rb"(K\x00\x00\x00.)....", re.DOTALL)  # BackendKeyData: its length, then the process id
_ANOTHER = rb"\1" + b"\x7fpid"


@contextmanager
def pooler(url: str) -> Iterator[str]:
    """The address of a way to the database of `url` on which the server's process id is not told."""
    address = sa.make_url(url)
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_serve, args=(door, address), daemon=True).start()
        between = sa.URL.create(
            address.drivername, address.username, address.password, "127.0.0.1", door.getsockname()[1], address.database
        )
        yield between.render_as_string(hide_password=False)


def _serve(door: socket.socket, address: sa.URL) -> None:
    with suppress(OSError):  # the door is closed: the test is over
        while True:
            client, _ = door.accept()
            server = _call(address)
            _hand_on(client, server, bytes)
            _hand_on(server, client, lambda said: _KEY.sub(_ANOTHER, said))


def _call(address: sa.URL) -> socket.socket:
    """A connection to the server itself, by its socket in the file system or by TCP."""
    folder, port = address.query.get("host"), address.query.get("port") or address.port or 5432
    if isinstance(folder, str) and folder.startswith("/"):
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{folder}/.s.PGSQL.{port}")
        return server
    return socket.create_connection((address.host or "127.0.0.1", int(str(port))))


def _hand_on(source: socket.socket, to: socket.socket, change: Callable[[bytes], bytes]) -> None:
    def run() -> None:
        with suppress(OSError):
            while said := source.recv(1 << 16):
                to.sendall(change(said))
        with suppress(OSError):
            to.shutdown(socket.SHUT_WR)

    threading.Thread(target=run, daemon=True).start()
