"""How the code is cut: sizes, names, and what must not be written at all."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.architecture.places import OUTSIDE
from tests.architecture.pure import PURE
from tests.architecture.reading import FunctionNode, Module

MODULE_LINES, MEDIAN_MODULE_LINES = 300, 100
FUNCTION_LINES, MEDIAN_FUNCTION_LINES = 40, 8
GENERATED = "migrations/versions/"  # one function a migration, as long as the change is

NO_NAMES = set("core utils util common services service models helpers helper managers manager misc".split())
NO_FUNCTIONS = re.compile(r"(handle|process)_")
NO_CLASSES = re.compile(r".*(Manager|Helper|Util|Utils|Service|Handler)$")
# Base classes and hooks of libraries keep the names that the libraries gave them.
NAMES_OF_OTHERS = {
    "process_bind_param",
    "process_result_value",
    "handle_MAIL",
    "handle_RCPT",
    "handle_DATA",
    "handle_data",
    "handle_starttag",
    "handle_endtag",
}

# The two that must outlive anything: the inbox (its one-by-one way stores the error, its writer answers
# "try later") and the worker, which stores it. The twin's delivery loop, which is no part of the product, logs it;
# a child of the supervisor says it and ends.
SURVIVORS = {
    "payments/inbox/keep.py",
    "payments/inbox/writer.py",
    "outbox/worker.py",
    "sandbox/webhooks/delivery_loop.py",
    "sandbox/world.py",
    "supervisor.py",
}
# Where the machine is asked for the time, and where a command hands that on.
CLOCKS = {"database/instants.py", "commands.py"}


def sizes(modules: Sequence[Module]) -> Iterator[str]:
    """Small rooms: no module and no function is too long to see."""
    for module in modules:
        if module.path.startswith(GENERATED):
            continue
        if module.lines > MODULE_LINES:
            yield f"{module.path}:{module.lines} goes on after {MODULE_LINES} lines."
        for function in module.functions:
            if (lines := _length(function)) > FUNCTION_LINES:
                where = f"{module.path}:{function.lineno} {function.name}"
                yield f"{where} has {lines} lines; {FUNCTION_LINES} are the most."


def medians(modules: Sequence[Module]) -> Iterator[str]:
    """Most rooms are much smaller than the largest allowed."""
    product = [module for module in modules if module.package not in OUTSIDE]
    rooms = [module.lines for module in product if not module.path.endswith("__init__.py")]
    functions = [_length(function) for module in product for function in module.functions]
    for what, lengths, most in (
        ("module", rooms, MEDIAN_MODULE_LINES),
        ("function", functions, MEDIAN_FUNCTION_LINES),
    ):
        if lengths and median(lengths) >= most:
            yield f"The median {what} has {median(lengths)} lines; it should stay under {most}."


def _length(function: FunctionNode) -> int:
    """How many lines are its own: a docstring costs nothing, and functions inside it count for themselves."""
    inner = [node for node in ast.walk(function) if isinstance(node, FunctionNode) and node is not function]
    said = function.body[:1] if ast.get_docstring(function) else []
    others = {line for node in (*inner, *said) for line in _lines(node)}
    return len(set(_lines(function)) - others)


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def names(modules: Sequence[Module]) -> Iterator[str]:
    """Every room is named for what happens in it."""
    for module in modules:
        for part in set(module.name.split(".")) & NO_NAMES:
            yield f"{module.path}:1 is named {part}, which says nothing."
        for node in ast.walk(module.tree):
            if isinstance(node, FunctionNode) and _is_vague(node.name):
                yield f"{module.path}:{node.lineno} {node.name}: say what it does instead."
            if isinstance(node, ast.ClassDef) and NO_CLASSES.match(node.name):
                yield f"{module.path}:{node.lineno} {node.name}: name what it is instead."


def _is_vague(name: str) -> bool:
    return NO_FUNCTIONS.match(name) is not None and name not in NAMES_OF_OTHERS


def package_docstrings(modules: Sequence[Module]) -> Iterator[str]:
    """A package's own file says what the package is for, and nothing else."""
    for module in modules:
        opening = module.path.endswith("__init__.py") and module.package not in OUTSIDE
        if opening and not (ast.get_docstring(module.tree) and len(module.tree.body) == 1):
            yield f"{module.path}:1 should hold one docstring and nothing else."


def swallowed(modules: Sequence[Module]) -> Iterator[str]:
    """Only the two places that must survive anything catch everything, and they store the error."""
    for module in modules:
        for node in ast.walk(module.tree) if module.path not in SURVIVORS else ():
            if isinstance(node, ast.ExceptHandler) and _swallows(node):
                yield f"{module.path}:{node.lineno} catches everything; name what can happen."


def _swallows(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type else "BaseException"
    last = handler.body[-1]
    raises_again = isinstance(last, ast.Raise) and last.exc is None
    return re.search(r"\b(Base)?Exception\b", caught) is not None and not raises_again


def mocks(modules: Sequence[Module]) -> Iterator[str]:
    """Fakes and the sandbox instead of mocks."""
    for module in modules:
        for found in module.imports:
            if found.full.startswith("unittest.mock") or found.root in {"mock", "pytest_mock"}:
                yield f"{module.path}:{found.line} imports {found.full}; use the sandbox, or a fake."


def floats(modules: Sequence[Module]) -> Iterator[str]:
    """Money is whole numbers: no float is made, and nothing is divided into one."""
    for module in modules:
        for node in ast.walk(module.tree) if module.name in PURE else ():
            made = isinstance(node, ast.Name) and node.id == "float"
            written = isinstance(node, ast.Constant) and isinstance(node.value, float)
            divided = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
            if made or written or divided:
                what = "divides with /" if divided else "uses a float"
                yield f"{module.path}:{getattr(node, 'lineno', 1)} {what}; money is whole numbers."


def clocks(modules: Sequence[Module]) -> Iterator[str]:
    """`now` is an argument; one function asks the machine for it."""
    asks = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time|utc_now)\(")
    for module in modules:
        if module.package not in OUTSIDE | {"sandbox"} and module.path not in CLOCKS:
            for number, line in enumerate(module.source.splitlines(), start=1):
                if asks.search(line):
                    yield f"{module.path}:{number} asks for the time; take a clock, or now, as an argument."


def templates(root: Path) -> Iterator[str]:
    """What a person typed is always escaped."""
    for path in sorted((root / "templates").rglob("*.*")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if re.search(r"\|\s*safe\b|autoescape\s+false", line):
                yield f"{path.relative_to(root).as_posix()}:{number} prints text unescaped."
