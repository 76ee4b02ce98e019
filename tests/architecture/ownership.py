"""What belongs to whom: tables to one package, a public name to one module, a call to whoever does the work."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch

from tests.architecture.places import OUTSIDE, imported_modules
from tests.architecture.reading import FunctionNode, Module

# A view joins tables of the packages below it. That they are below is kept by the rules of imports.
VIEWS = ("*/views.py", "*/*_views.py")
# It asks otherwise than what it proves.
SEES_EVERY_TABLE = {"proof"}
# Names that stand in several modules on purpose, each with its reason.
SAME_NAMES = {
    "VarDir": "the same option of the commands of two packages, spelt where each is read",
}
_TYPE_ALIAS = re.compile(r"[A-Z][A-Za-z]*[a-z][A-Za-z]*")


def own_tables(modules: Sequence[Module]) -> Iterator[str]:
    """A package's tables are its own: others ask its store, or a view that joins what is below it."""
    for module, line, needed in imported_modules(modules):
        if module.package in OUTSIDE | SEES_EVERY_TABLE or any(fnmatch(module.path, view) for view in VIEWS):
            continue
        owner = needed.folder
        if needed.name.endswith(".tables") and owner not in {"database", module.folder}:
            yield f"{module.path}:{line} imports {needed.name}; ask {owner} through its store.py or views.py."


def public_names(modules: Sequence[Module]) -> Iterator[str]:
    """One public name, one meaning: no class, function or alias of a type stands in two modules of the packages."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for module in _product(modules):
        if "/" in module.path:
            for line, name in _public_names(module):
                places[name].append(f"{module.path}:{line}")
    for name, where in sorted(places.items()):
        if len(where) > 1 and name not in SAME_NAMES:
            yield f"{name} stands in {' and '.join(where)}; name each for what it is."


def _public_names(module: Module) -> Iterator[tuple[int, str]]:
    for node in module.tree.body:
        names: list[str] = []
        if isinstance(node, FunctionNode | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            targets = [target.id for target in node.targets if isinstance(target, ast.Name)]
            names = [name for name in targets if _TYPE_ALIAS.fullmatch(name)]
        yield from ((node.lineno, name) for name in names if not name.startswith("_"))


def forwards(modules: Sequence[Module]) -> Iterator[str]:
    """No module and no function only hands on what others do."""
    for module in _product(modules):
        statements = _without_docstring(module.tree.body)
        if statements and all(isinstance(node, ast.Import | ast.ImportFrom) for node in statements):
            yield f"{module.path}:1 only imports; let others import from where it is made."
        for function, bound in _own_functions(module):
            if callee := _forwarded_to(function, bound, module):
                yield f"{module.path}:{function.lineno} {function.name} only calls {callee}; call that instead."


def _own_functions(module: Module) -> Iterator[tuple[FunctionNode, bool]]:
    """Functions of the module, and methods; each with whether its first argument is the object."""
    for node in module.tree.body:
        if isinstance(node, FunctionNode):
            yield node, False
        elif isinstance(node, ast.ClassDef):
            yield from ((method, True) for method in node.body if isinstance(method, FunctionNode))


def _forwarded_to(function: FunctionNode, bound: bool, module: Module) -> str | None:
    """What a function calls with exactly its own arguments, and does nothing else; None if it does more."""
    statements, arguments = _without_docstring(function.body), function.args
    if len(statements) != 1 or function.decorator_list or arguments.vararg or arguments.kwarg:
        return None
    statement = statements[0]
    call = statement.value if isinstance(statement, ast.Return | ast.Expr) else None
    if not isinstance(call, ast.Call) or _root(call.func) not in _callable_elsewhere(module):
        return None
    taken = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)][bound:]
    given = [ast.unparse(value) for value in (*call.args, *(keyword.value for keyword in call.keywords))]
    return ast.unparse(call.func) if taken and taken == given else None


def _root(callee: ast.expr) -> str | None:
    """`store` of `store.gifts`, `self` of `self.desk.show`."""
    while isinstance(callee, ast.Attribute):
        callee = callee.value
    return callee.id if isinstance(callee, ast.Name) else None


def _callable_elsewhere(module: Module) -> set[str]:
    """What another module, or the object's owner, could call itself: what is imported or made here, and `self`."""
    imported = {(found.name or found.target).partition(".")[0] for found in module.imports}
    made = {node.name for node in module.tree.body if isinstance(node, FunctionNode | ast.ClassDef)}
    return imported | made | {"self"}


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[1:] if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) else body


def _product(modules: Iterable[Module]) -> list[Module]:
    return [module for module in modules if module.package not in OUTSIDE | {"sandbox"}]
