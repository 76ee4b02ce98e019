"""Find migrations that rebuild a table: SQLite then drops its triggers without a word."""

import ast

REBUILDING = {"batch_alter_table", "drop_table", "rename_table"}


def forgotten(source: str, guarded: set[str]) -> list[str]:
    """Guarded tables that this migration rebuilds without calling one of `migrations.guards` for them.

    A table whose name is not written out counts as guarded: nobody can see which one it is.
    """
    nodes = list(ast.walk(ast.parse(source)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    guards = _imported(nodes)
    remade = {table for call in calls if _name(call) in guards for table in _tables(call)}
    rebuilt = [table for call in calls if _name(call) in REBUILDING for table in _tables(call) or ["?"]]
    return [table for table in rebuilt if table not in remade and (table in guarded or table == "?")]


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _tables(call: ast.Call) -> list[str]:
    """The words that a call is given (the table is the first or, for `refuse`, the second)."""
    return [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]


def _imported(nodes: list[ast.AST]) -> set[str]:
    """What the migration takes from `migrations.guards`."""
    return {
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "migrations.guards"
        for alias in node.names
    }
