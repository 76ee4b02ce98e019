"""The store: Stripe's objects as plain dicts, kept as JSON text, read and changed inside a transaction."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.state.tables import create_tables

Object = dict[str, Any]
"""One object of the API. A field whose name begins with an underscore is the twin's own and is never shown."""


dumps = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""Compact JSON, in the order in which the fields were set."""


PRIVATE_FILE = 0o600


class Store:
    """The twin's database: one SQLite file, or RAM where no path is named. One transaction at a time.

    Inside a transaction the same id always gives the same dict. Changed objects are written once, at its end.
    Between transactions no object stays in RAM, so memory does not grow with their number.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:  # for its owner alone, like what SQLite puts beside it
            path.touch(PRIVATE_FILE)
            path.chmod(PRIVATE_FILE)
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-32000", "temp_store=MEMORY"):
            self._connection.execute(f"PRAGMA {pragma}")
        create_tables(self._connection)
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._depth = 0
        self._loaded: dict[str, Object] = {}
        self._changed: dict[str, Object] = {}
        self._new: dict[str, int] = {}
        self._last_seq: int = self.query("SELECT coalesce(max(seq), 0) FROM object")[0][0]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all of the block, or nothing if it raises. A block inside a block belongs to the outer one."""
        with self._lock:
            if self._depth:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth, self._owner, last_seq = 1, threading.get_ident(), self._last_seq
            try:
                yield
                self._write()
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                self._last_seq = last_seq
                raise
            finally:
                self._depth, self._owner = 0, None
                self._clear()

    def _require_transaction(self) -> None:
        """Objects are read only inside a transaction: outside of it two threads would share one dict."""
        assert self._owner == threading.get_ident(), "this needs a transaction"

    def _clear(self) -> None:
        self._loaded.clear()
        self._changed.clear()
        self._new.clear()

    def _write(self) -> None:
        """Write changed objects to the table, so that the next query sees them."""
        self._require_transaction()
        added = [(seq, self._changed.pop(id_)) for id_, seq in self._new.items()]
        new = [(seq, obj["id"], obj["object"], obj.get("created", 0), dumps(obj)) for seq, obj in added]
        self.execute_many("INSERT INTO object (seq, id, kind, created, body) VALUES (?, ?, ?, ?, ?)", new)
        changed = [(dumps(obj), id_) for id_, obj in self._changed.items()]
        self.execute_many("UPDATE object SET body = ? WHERE id = ?", changed)
        self._new.clear()
        self._changed.clear()

    def find(self, id_: str) -> Object | None:
        """The object of this id, or None."""
        self._require_transaction()
        if id_ in self._loaded:
            return self._loaded[id_]
        rows = self.query("SELECT body FROM object WHERE id = ?", (id_,))
        return self._load(rows[0][0]) if rows else None

    def get(self, id_: str) -> Object:
        """The object of this id; LookupError where there is none."""
        obj = self.find(id_)
        if obj is None:
            raise LookupError(id_)
        return obj

    def add(self, obj: Object) -> Object:
        """Add a new object. It is written at the end of the transaction."""
        self._last_seq += 1
        self._new[obj["id"]] = self._last_seq
        self._loaded[obj["id"]] = self._changed[obj["id"]] = obj
        return obj

    def add_immutable(self, obj: Object) -> None:
        """Add an object that never changes (an event). It is written at once, as it is at this moment."""
        self._last_seq += 1
        self.execute(
            "INSERT INTO object (seq, id, kind, created, body) VALUES (?, ?, ?, ?, ?)",
            (self._last_seq, obj["id"], obj["object"], obj["created"], dumps(obj)),
        )

    def change(self, obj: Object, **fields: Any) -> Object:
        """Set these fields of a stored object."""
        obj.update(fields)
        self._loaded[obj["id"]] = self._changed[obj["id"]] = obj
        return obj

    def remove(self, id_: str) -> None:
        """Delete an object (a deleted webhook endpoint)."""
        self._write()
        self._loaded.pop(id_, None)
        self.execute("DELETE FROM object WHERE id = ?", (id_,))

    def select(
        self,
        kind: str,
        where: str = "",
        values: Sequence[object] = (),
        *,
        newest_first: bool = True,
        limit: int = 100,
    ) -> list[Object]:
        """Objects of a kind, in the order of their creation. `where` is SQL over seq, id, created and body."""
        self._write()
        sql = [
            f"SELECT id, body FROM object WHERE kind = '{kind}'",  # noqa: S608  (spelled out, for the index)
            f"AND {where}" if where else "",
            "ORDER BY seq DESC LIMIT ?" if newest_first else "ORDER BY seq LIMIT ?",
        ]
        rows = self.query(" ".join(sql), (*values, limit))
        return [self._loaded.get(id_) or self._load(body) for id_, body in rows]

    def sum(self, field: str, index: str, where: str, values: Sequence[object]) -> int:
        """The sum of a number over the objects that meet `where`, searched by this index."""
        self._write()
        total = f"coalesce(sum(json_extract(body, '$.{field}')), 0)"
        sql = f"SELECT {total} FROM object INDEXED BY {index} WHERE {where}"  # noqa: S608
        return int(self.query(sql, values)[0][0])

    def set_field(self, field: str, value: str, index: str, where: str, values: Sequence[object]) -> None:
        """Set one field of every object that meets `where`, searched by this index, in one statement."""
        self._write()
        self._loaded.clear()
        sql = f"UPDATE object INDEXED BY {index} SET body = json_set(body, '$.{field}', ?) WHERE {where}"  # noqa: S608
        self.execute(sql, (value, *values))

    def kind_and_seq(self, id_: str) -> tuple[str, int] | None:
        """The kind of an object, and its number in the order of creation; None where there is no such object."""
        self._write()
        rows = self.query("SELECT kind, seq FROM object WHERE id = ?", (id_,))
        return rows[0] if rows else None

    def _load(self, body: str) -> Object:
        obj: Object = json.loads(body)
        self._loaded[obj["id"]] = obj
        return obj

    def get_value(self, name: str) -> Any:
        """A single value by its name (the clock, a counter, a switch), or None."""
        rows = self.query("SELECT value FROM fact WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else None

    def set_value(self, name: str, value: object) -> None:
        """Save a single value under a name."""
        self.execute("INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                 (name, dumps(value)))  # fmt: skip

    def delete_everything(self) -> None:
        """Empty every table. The clock, the seed and the count of ids stay, so that no id is made twice."""
        for table in ("object", "due", "failed_task", "answered", "delivery", "attempt", "holding"):
            self.execute(f"DELETE FROM {table}")  # noqa: S608
        self.execute("DELETE FROM fact WHERE name NOT IN ('clock', 'seed', 'names_given')")

    def query(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
        """The rows of a SELECT."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def execute(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> int:
        """Run one statement; the number of rows that it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row of values."""
        if rows:
            self._connection.executemany(sql, rows)
