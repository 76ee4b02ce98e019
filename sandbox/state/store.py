"""Objects, as Stripe calls them: plain dicts, kept as JSON text, changed only inside a transaction."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.state.schema import prepare

Object = dict[str, Any]
"""One object of the API. A field whose name begins with an underscore is the twin's own and is never shown."""


dumps = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""Compact JSON, in the order in which the fields were set."""


class Store:
    """The twin's memory, in one SQLite file or in RAM. One transaction at a time.

    Inside a transaction the same id always gives the same dict, and what was changed is written once, at its
    end; between transactions nothing stays in RAM, so memory does not grow with the number of objects.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-32000", "temp_store=MEMORY"):
            self._connection.execute(f"PRAGMA {pragma}")
        prepare(self._connection)
        self._turn = threading.RLock()
        self._owner: int | None = None
        self._depth = 0
        self._held: dict[str, Object] = {}
        self._changed: dict[str, Object] = {}
        self._new: dict[str, int] = {}
        self._last_seq: int = self.ask("SELECT coalesce(max(seq), 0) FROM object")[0][0]

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it. A block inside a block belongs to the outer one."""
        with self._turn:
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
                self._forget()

    def _inside(self) -> None:
        """Objects are looked at only inside a transaction: outside, two threads would share one dict."""
        assert self._owner == threading.get_ident(), "this needs a transaction"

    def _forget(self) -> None:
        self._held.clear()
        self._changed.clear()
        self._new.clear()

    def _write(self) -> None:
        """Bring what was changed into the tables, so that the next question sees it."""
        self._inside()
        added = [(seq, self._changed.pop(id_)) for id_, seq in self._new.items()]
        new = [(seq, obj["id"], obj["object"], obj.get("created", 0), dumps(obj)) for seq, obj in added]
        self.run_many("INSERT INTO object (seq, id, kind, created, body) VALUES (?, ?, ?, ?, ?)", new)
        changed = [(dumps(obj), id_) for id_, obj in self._changed.items()]
        self.run_many("UPDATE object SET body = ? WHERE id = ?", changed)
        self._new.clear()
        self._changed.clear()

    def find(self, id_: str) -> Object | None:
        """The object of this id, or None."""
        self._inside()
        if id_ in self._held:
            return self._held[id_]
        rows = self.ask("SELECT body FROM object WHERE id = ?", (id_,))
        return self._hold(rows[0][0]) if rows else None

    def get(self, id_: str) -> Object:
        """The object of this id, which must exist."""
        found = self.find(id_)
        if found is None:
            raise LookupError(id_)
        return found

    def add(self, obj: Object) -> Object:
        """Keep a new object."""
        self._last_seq += 1
        self._new[obj["id"]] = self._last_seq
        self._held[obj["id"]] = self._changed[obj["id"]] = obj
        return obj

    def engrave(self, obj: Object) -> None:
        """Keep an object that will never change (an event): written at once, as it is at this moment."""
        self._last_seq += 1
        self.run(
            "INSERT INTO object (seq, id, kind, created, body) VALUES (?, ?, ?, ?, ?)",
            (self._last_seq, obj["id"], obj["object"], obj["created"], dumps(obj)),
        )

    def change(self, obj: Object, **fields: Any) -> Object:
        """Set these fields of a kept object."""
        obj.update(fields)
        self._held[obj["id"]] = self._changed[obj["id"]] = obj
        return obj

    def remove(self, id_: str) -> None:
        """Forget an object for good (a deleted product)."""
        self._write()
        self._held.pop(id_, None)
        self.run("DELETE FROM object WHERE id = ?", (id_,))

    def some(
        self,
        kind: str,
        where: str = "",
        values: Sequence[object] = (),
        *,
        newest_first: bool = True,
        limit: int = 100,
    ) -> list[Object]:
        """Objects of a kind, by the order in which they were made. `where` is SQL over seq, created and body."""
        self._write()
        asked = [
            f"SELECT id, body FROM object WHERE kind = '{kind}'",  # noqa: S608  (spelled out, for the index)
            f"AND {where}" if where else "",
            "ORDER BY seq DESC LIMIT ?" if newest_first else "ORDER BY seq LIMIT ?",
        ]
        rows = self.ask(" ".join(asked), (*values, limit))
        return [self._held.get(id_) or self._hold(body) for id_, body in rows]

    def total(self, field: str, index: str, where: str, values: Sequence[object]) -> int:
        """The sum of a number over the objects that meet a condition, found by this index."""
        self._write()
        summed = f"coalesce(sum(json_extract(body, '$.{field}')), 0)"
        sql = f"SELECT {summed} FROM object INDEXED BY {index} WHERE {where}"  # noqa: S608
        return int(self.ask(sql, values)[0][0])

    def mark(self, field: str, value: str, index: str, where: str, values: Sequence[object]) -> None:
        """Set one field of every object that meets a condition, found by this index, in one statement."""
        self._write()
        self._held.clear()
        sql = f"UPDATE object INDEXED BY {index} SET body = json_set(body, '$.{field}', ?) WHERE {where}"  # noqa: S608
        self.run(sql, (value, *values))

    def place(self, id_: str) -> tuple[str, int] | None:
        """The kind of an object, and its place in the order of making."""
        self._write()
        rows = self.ask("SELECT kind, seq FROM object WHERE id = ?", (id_,))
        return rows[0] if rows else None

    def _hold(self, body: str) -> Object:
        obj: Object = json.loads(body)
        self._held[obj["id"]] = obj
        return obj

    def fact(self, name: str) -> Any:
        """A single remembered value (the clock, a counter), or None."""
        rows = self.ask("SELECT value FROM fact WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else None

    def remember(self, name: str, value: object) -> None:
        """Keep a single value under a name."""
        self.run("INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                 (name, dumps(value)))  # fmt: skip

    def forget_everything(self) -> None:
        """Empty every table, but for the clock, the seed and the count of ids."""
        for table in ("object", "due", "answered", "delivery", "attempt", "holding"):
            self.run(f"DELETE FROM {table}")  # noqa: S608
        self.run("DELETE FROM fact WHERE name NOT IN ('clock', 'seed', 'names_given')")

    def ask(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
        """The rows that answer a question."""
        with self._turn:
            return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> int:
        """Carry out one statement; the number of rows touched."""
        with self._turn:
            return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Carry out one statement for each row."""
        if rows:
            self._connection.executemany(sql, rows)
