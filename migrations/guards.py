"""Triggers that refuse what must not happen to the books, in both databases' words.

Alembic's batch mode would drop them without a word and `alembic check` does not see them, so a migration
that touches a guarded table calls these again, and tests/database/test_guards.py holds the written list.
The traps behind each line (REPLACE, pragmas, TRUNCATE, ON CONFLICT) were tried on both engines.
"""

from collections.abc import Sequence

from alembic import op

REFUSE = """
CREATE FUNCTION farthing_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def on_sqlite() -> bool:
    """Whether this migration runs on SQLite."""
    return op.get_bind().dialect.name == "sqlite"


def make_refuse() -> None:
    """PostgreSQL's one trigger function, which refuses with the trigger's own sentence."""
    if not on_sqlite():
        op.execute(REFUSE)


def refuse(name: str, table: str, act: str, why: str, when: str | None = None) -> None:
    """A row trigger that refuses an INSERT, UPDATE or DELETE (when the condition holds)."""
    condition = f"WHEN ({when}) " if when else ""
    if on_sqlite():
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{why}'); END")
        return
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {condition}"
        f"EXECUTE FUNCTION farthing_refuse('{why}')"
    )
    # ALWAYS: a session that calls itself a replica does not get past it.
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def refuse_rows(name: str, table: str, why: str, when: str) -> None:
    """A trigger that refuses an INSERT by what other rows say; PostgreSQL wants a function for such a question."""
    if on_sqlite():
        refuse(name, table, "INSERT", why, when)
        return
    op.execute(
        f"CREATE FUNCTION farthing_{name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n  IF {when} THEN\n"
        f"    RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation';\n"
        "  END IF;\n  RETURN NEW;\nEND $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION farthing_{name}()")
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def keep_rows(table: str, keys: Sequence[Sequence[str]] = ()) -> None:
    """Rows of this table are never deleted, truncated or replaced; other guards say how they may change.

    `keys`: every unique key of the table (none for a table that is written by ON CONFLICT DO UPDATE).
    """
    _keep(table)
    if on_sqlite() and keys:
        _insert_replaces_none(table, keys)
        _refuse_taken(f"{table}_no_take", table, "UPDATE", "rowid <> OLD.rowid AND ", keys)


def rekey(table: str, keys: Sequence[Sequence[str]]) -> None:
    """A table of kept rows has got another unique key: `keys` are all of them now."""
    if on_sqlite():
        for name in ("no_replace", "no_take"):
            op.execute(f"DROP TRIGGER {table}_{name}")
        _insert_replaces_none(table, keys)
        _refuse_taken(f"{table}_no_take", table, "UPDATE", "rowid <> OLD.rowid AND ", keys)


def append_only(table: str, keys: Sequence[Sequence[str]]) -> None:
    """Rows of this table are written once and never changed or removed. `keys`: its every unique key."""
    refuse(f"{table}_no_update", table, "UPDATE", f"{table}: rows are never changed")
    _keep(table)
    if on_sqlite():
        _insert_replaces_none(table, keys)


def _keep(table: str) -> None:
    why = f"{table}: rows are never removed"
    refuse(f"{table}_keep", table, "DELETE", why)
    if not on_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION farthing_refuse('{why}')"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate")


def _insert_replaces_none(table: str, keys: Sequence[Sequence[str]]) -> None:
    _refuse_taken(f"{table}_no_replace", table, "INSERT", "", keys)


def _refuse_taken(name: str, table: str, act: str, other: str, keys: Sequence[Sequence[str]]) -> None:
    """SQLite's OR REPLACE removes the rows that have the new row's keys.

    A DELETE trigger hears of that only while recursive_triggers is on, so a key that is taken is refused
    before. The hidden rowid is such a key, too.
    """
    same = " OR ".join(" AND ".join(f"{column} = NEW.{column}" for column in key) for key in (["rowid"], *keys))
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE {other}({same}))"  # noqa: S608 - our own names
    refuse(name, table, act, f"{table}: this row is there already", taken)


def frozen(table: str, columns: Sequence[str]) -> None:
    """These columns never change once the row is written."""
    word = "IS NOT" if on_sqlite() else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{name} {word} OLD.{name}" for name in columns)
    refuse(f"{table}_frozen", table, "UPDATE", f"{table}: what was written stays as it is", changed)


def set_once(table: str, columns: Sequence[str], name: str = "set_once") -> None:
    """These columns may be filled, and then never change. `name`: of the guard, where a table has two."""
    word = "IS NOT" if on_sqlite() else "IS DISTINCT FROM"
    changed = " OR ".join(f"(OLD.{name} IS NOT NULL AND NEW.{name} {word} OLD.{name})" for name in columns)
    refuse(f"{table}_{name}", table, "UPDATE", f"{table}: what was set stays as it is", changed)


def name_once(table: str, column: str, keys: Sequence[Sequence[str]]) -> None:
    """A row of an append-only table may be changed once: as long as this column is empty text. Its keys stay."""
    on = f"ON {table}" if not on_sqlite() else ""
    op.execute(f"DROP TRIGGER {table}_no_update {on}")
    named = " OR ".join([f"OLD.{column} <> ''", *(f"NEW.{name} <> OLD.{name}" for key in keys for name in key)])
    refuse(f"{table}_{column}_once", table, "UPDATE", f"{table}: what was set stays as it is", named)
    if on_sqlite():
        _refuse_taken(f"{table}_no_take", table, "UPDATE", "rowid <> OLD.rowid AND ", keys)


def let_text_go(table: str, column: str, others: Sequence[str], keys: Sequence[Sequence[str]]) -> None:
    """A text of an append-only table only goes, to "removed"; its other columns stay, its keys among them.

    `keys`: its every unique key, as of `keep_rows`; none where the only one is the rowid.
    """
    op.execute(f"DROP TRIGGER {table}_no_update" + ("" if on_sqlite() else f" ON {table}"))
    frozen(table, others)
    refuse(
        f"{table}_text_goes", table, "UPDATE", f"{table}: its text only goes",
        f"NEW.{column} <> OLD.{column} AND NEW.{column} <> 'removed'",
    )  # fmt: skip
    if on_sqlite() and keys:
        _refuse_taken(f"{table}_no_take", table, "UPDATE", "rowid <> OLD.rowid AND ", keys)


def only_rises(table: str, column: str, order: Sequence[str]) -> None:
    """A state only moves forward in this order."""
    find = "instr" if on_sqlite() else "strpos"
    listed = " ".join(order)
    refuse(
        f"{table}_{column}_rises", table, f"UPDATE OF {column}", f"{table}: {column} never falls back",
        f"{find}('{listed}', NEW.{column}) < {find}('{listed}', OLD.{column})",
    )  # fmt: skip
