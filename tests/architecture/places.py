"""Where things belong: which part may import which, and where each framework has its home."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from graphlib import CycleError, TopologicalSorter

from tests.architecture.pure import PURE, PURE_MAY_USE
from tests.architecture.reading import Import, Module

# Each part may import those above it in this list; parts on one line are siblings and do not meet.
LAYERS = (
    ("database", "called_as"),
    ("ledger", "outbox", "web"),
    ("staff",),
    ("organisation", "webhooks"),
    ("donors", "campaigns"),
    ("receipts", "mailing"),
    ("payments",),
    ("proof", "compliance"),
    ("treasury", "backup", "api"),
    ("setup",),
    ("installation",),
    ("worker", "supervisor"),
    ("main",),
    ("processes", "planting"),
    ("development",),
    ("commands",),
)
FLOOR = {part: floor for floor, parts in enumerate(LAYERS) for part in parts}
OUTSIDE = {"tests", "bench", "migrations"}  # they look at the house; nothing in it looks at them
# A page prints amounts, and a file brings them: money's only ways up past its siblings.
_MONEY = ("ledger.money", "ledger.typed_money")
SIBLINGS_MEET = {(module, money) for module in ("web.wording", "web.csv_values") for money in _MONEY}
# The folders of a package, each may import those before it; folders on one line do not meet.
FOLDERS = {
    "payments": (
        ("valuing",),
        ("gifts",),
        ("gift_aid",),
        ("stripe", "standing_orders"),
        ("reading", "giving"),
        ("letters",),
        ("thanks", "own"),
        ("books.decide",),
        ("books",),
        ("inbox",),
        ("settlement",),
        ("bank",),
        ("erasing", "refunding", "adopting", "crediting", "statements"),
    ),
}
# The twin is no part of the product: beside its folders stand both its world and the program that builds it.
MAY_CIRCLE = {"sandbox"}
# Who may read the settings, and who may know the twin.
DOORS = {
    "settings": {"installation", "main", "processes", "planting", "commands"} | OUTSIDE,
    "sandbox": {"installation", "main", "worker", "planting", "commands"} | OUTSIDE,
}
# What an installation's settings are made of.
SETTINGS_MAY_USE = {"organisation.organisation", "outbox.mail_server"}

HOMES = {
    "stripe": ("payments/stripe/*", "sandbox/*"),
    "weasyprint": ("receipts/pdf.py",),
    "segno": ("campaigns/qr.py", "receipts/plates/codes.py", "staff/*"),
    "uharfbuzz": ("receipts/plates/shaping.py",),
    "markdown_it": ("web/markdown.py",),
    "jinja2": ("web/pages.py", "web/template_code.py", "sandbox/pages.py"),
    "PIL": ("web/pictures.py", "web/share_picture.py"),
    "fastapi": ("*/routes.py", "*/*_routes.py", "web/*", "main.py"),
    # A door reads the cookie of a request before any route does.
    "starlette": ("*/routes.py", "*/*_routes.py", "*/door.py", "web/*", "main.py", "sandbox/*"),
    # Besides stores and views: the store of one table each, and the audit, which asks otherwise than what it proves.
    "sqlalchemy": (
        "database/*",
        "*/store.py",
        "*/store_*.py",
        "*/*_store.py",
        "*/views.py",
        "*/*_views.py",
        "payments/books/load.py",
        "payments/books/save.py",
        "*/tables.py",
        "outbox/jobs.py",
        "outbox/letters.py",
        "web/sessions.py",
        "ledger/audit.py",
        "ledger/audit_*.py",
    ),
    "ofxtools": ("payments/bank/ofx_file.py",),
    "pycamt": ("payments/bank/camt_file.py",),
    "alembic": ("database/migrating.py",),
    "xlsxwriter": ("treasury/lists/xlsx_file.py",),
    "css_inline": ("web/pages.py",),
    "psycopg": ("database/*",),
    "pyrage": ("backup/archive.py",),
    "pydantic_settings": ("settings.py",),
    "argon2": ("staff/passwords.py",),
    "pyotp": ("staff/second_factor.py",),
    "cryptography": ("receipts/signature.py", "staff/second_factor.py"),
    "typer": ("commands.py", "*/commands.py"),
}
# Whoever opens a transaction may name what it is given, and tell a lost connection from a bad row.
ANYWHERE = {"sqlalchemy.Connection", "sqlalchemy.Engine"}
ANYWHERE_UNDER = ("sqlalchemy.engine.", "sqlalchemy.exc.")

PURE_LIBRARY = set(
    "abc calendar collections dataclasses datetime decimal enum fractions functools hashlib itertools json math"
    " operator re string types typing unicodedata uuid zoneinfo".split()
)
# Imported where they are used, because they take up to a second: with a comment that says so.
HEAVY = {"weasyprint", "alembic", "receipts.pdf", "xlsxwriter"}


def layers(modules: Sequence[Module]) -> Iterator[str]:
    """Imports go one way."""
    ours = {module.package for module in modules}
    for module, found in _imports(modules):
        if found.root in ours and found.root != module.package and not _may_import(module, found):
            yield f"{module.path}:{found.line} imports {found.target}; {_reason(module, found)}"


def _may_import(module: Module, found: Import) -> bool:
    if module.package in OUTSIDE:
        return True
    if found.root in DOORS:
        return module.package in DOORS[found.root]
    if module.package == "settings":
        return found.target in SETTINGS_MAY_USE
    if (module.name, found.target) in SIBLINGS_MEET:
        return True
    return FLOOR.get(found.root, len(LAYERS)) < FLOOR.get(module.package, -1)


def _reason(module: Module, found: Import) -> str:
    if found.root in DOORS:
        return f"only {', '.join(sorted(DOORS[found.root]))} may."
    if module.package == "sandbox":
        return "the twin knows nothing of the product."
    if found.root in OUTSIDE:
        return f"nothing in the house looks at {found.root}."
    return f"{found.root} is not below {module.package}."


def homes(modules: Sequence[Module]) -> Iterator[str]:
    """A framework has one home."""
    for module, found in _imports(modules):
        home = HOMES.get(found.root, ())
        free = found.full in ANYWHERE or found.full.startswith(ANYWHERE_UNDER)
        if home and not free and not any(fnmatch(module.path, place) for place in home):
            yield f"{module.path}:{found.line} imports {found.full}; {found.root} lives in {', '.join(home)}."


def purity(modules: Sequence[Module]) -> Iterator[str]:
    """Pure modules import no framework, no clock, no operating system."""
    for module, found in _imports(modules):
        allowed = found.root in PURE_LIBRARY or {found.target, found.full} & (PURE | PURE_MAY_USE)
        if module.name in PURE and not allowed:
            yield f"{module.path}:{found.line} imports {found.full}; {module.name} only computes."


def deferred(modules: Sequence[Module]) -> Iterator[str]:
    """Imports stand at the top, but for the heavy ones that say why."""
    for module in modules:
        for found in module.imports:
            heavy = found.root in HEAVY or found.target in HEAVY
            if found.deferred and not (heavy and found.explained):
                what = "a comment that says why" if heavy else "to stand at the top of the file"
                yield f"{module.path}:{found.line} imports {found.full} inside a function; it needs {what}."


def cycles(modules: Sequence[Module]) -> Iterator[str]:
    """No two modules need each other."""
    needs: dict[str, set[str]] = {}
    for module, _, needed in imported_modules(modules):
        needs.setdefault(module.name, set()).add(needed.name)
    yield from _circles("modules", needs)


def folders(modules: Sequence[Module]) -> Iterator[str]:
    """No two folders of a package need each other; the modules beside the folders count as one folder."""
    needs: dict[str, set[str]] = {}
    for module, _, needed in imported_modules(modules):
        if module.package not in OUTSIDE | MAY_CIRCLE and needed.package == module.package:
            needs.setdefault(module.folder, set()).update({needed.folder} - {module.folder})
    yield from _circles("folders", needs)


def folder_order(modules: Sequence[Module]) -> Iterator[str]:
    """Where the folders of a package have an order, imports follow it, and every folder stands in it."""
    floors = {
        f"{package}.{folder}": floor
        for package, order in FOLDERS.items()
        for floor, folders in enumerate(order)
        for folder in folders
    }
    for module in modules:
        if module.package in FOLDERS and module.folder not in (*floors, module.package):
            yield f"{module.path}:1 stands in a folder that the order of {module.package} does not name."
    for module, line, needed in imported_modules(modules):
        if module.package not in FOLDERS:
            continue
        other_folder = needed.package == module.package and needed.folder != module.folder
        if other_folder and floors.get(needed.folder, len(floors)) >= floors.get(module.folder, len(floors)):
            yield f"{module.path}:{line} imports {needed.name}; {needed.folder} is not below {module.folder}."


def imported_modules(modules: Sequence[Module]) -> Iterator[tuple[Module, int, Module]]:
    """Each module, and each of ours that it imports, with the line."""
    known = {module.name: module for module in modules}
    for module in modules:
        for found in module.imports:
            needed = known.get(found.full) or known.get(found.target)
            if needed is not None and needed is not module:
                yield module, found.line, needed


def _circles(what: str, needs: Mapping[str, set[str]]) -> Iterator[str]:
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        yield f"These {what} import each other in a circle: {' → '.join(reversed(error.args[1]))}."


def _imports(modules: Sequence[Module]) -> Iterator[tuple[Module, Import]]:
    for module in modules:
        if module.package not in OUTSIDE:
            for found in module.imports:
                yield module, found
