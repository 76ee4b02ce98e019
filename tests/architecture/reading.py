"""Read Python files as modules, imports and functions, without running them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
NOT_OURS = {".venv", ".git", "var", "node_modules"}


@dataclass(frozen=True)
class Import:
    """One imported name. `target` is the module it comes from, `name` what is taken of it."""

    line: int
    target: str
    name: str
    deferred: bool
    explained: bool

    @property
    def root(self) -> str:
        """The package at the head of the target."""
        return self.target.partition(".")[0]

    @property
    def full(self) -> str:
        """Target and name as one dotted path."""
        return f"{self.target}.{self.name}" if self.name else self.target


@dataclass(frozen=True)
class Module:
    """One Python file, by its path from the root."""

    path: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        """What the parser makes of it."""
        return ast.parse(self.source, self.path)

    @property
    def name(self) -> str:
        """How it is imported: `ledger/money.py` is `ledger.money`."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """The part of the house it stands in: `ledger`, or its own name at the top level."""
        return self.name.partition(".")[0]

    @property
    def folder(self) -> str:
        """Where it stands: `treasury.money` for `treasury/money/places.py`, `ledger` for `ledger/money.py`."""
        return self.path.rpartition("/")[0].replace("/", ".")

    @property
    def lines(self) -> int:
        """How long it is."""
        return len(self.source.splitlines())

    @cached_property
    def functions(self) -> list[FunctionNode]:
        """Every function and method, nested ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, FunctionNode)]

    @cached_property
    def imports(self) -> list[Import]:
        """Everything it imports, wherever in the file."""
        return list(self._imports())

    def _imports(self) -> Iterator[Import]:
        deferred = {id(node) for function in self.functions for node in ast.walk(function)}
        source = self.source.splitlines()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                explained = _explained(source, node.lineno - 1)
                for target, name in _names(node):
                    yield Import(node.lineno, target, name, id(node) in deferred, explained)


def _names(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str]]:
    if isinstance(node, ast.Import):
        return [(alias.name, "") for alias in node.names]
    return [("." * node.level + (node.module or ""), alias.name) for alias in node.names]


def _explained(source: list[str], at: int) -> bool:
    """Whether a comment stands on the line, or above it and the imports that it follows."""
    if "#" in source[at]:
        return True
    while at > 0 and source[at].lstrip().startswith(("import ", "from ")):
        at -= 1
    return source[at].lstrip().startswith("#")


def read(root: Path) -> list[Module]:
    """Every Python file of the project, sorted by path."""
    paths = [path for path in root.rglob("*.py") if not NOT_OURS & set(path.relative_to(root).parts)]
    return [Module(path.relative_to(root).as_posix(), path.read_text()) for path in sorted(paths)]
