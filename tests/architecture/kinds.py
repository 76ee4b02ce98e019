"""The name of a kind of entry is written in `ledger/kinds.py` and nowhere else in the product."""

import ast
import re
from collections.abc import Iterator, Sequence

from ledger.kinds import EntryKind
from tests.architecture.places import OUTSIDE
from tests.architecture.reading import Module

# The same word for something else: an account, a check, a body in law, what a trace is about, a figure of doctor.
OTHER_MEANINGS = {
    "ledger/accounts.py": {"other", "suspense", "opening"},
    "ledger/audit_clearing.py": {"suspense"},
    "organisation/organisation.py": {"other"},
    "payments/books/decide/entries.py": {"opening"},
    "proof/trace.py": {"gift", "payout"},
    "proof/store_identifiers.py": {"gift", "payout"},
    "proof/doctor.py": {"ours"},
}
# In payments/ the same words are Stripe's, or name tables and columns: the modules that make entries keep the rule.
MAKE_ENTRIES = {"payments/books/decide/entries.py", "payments/books/decide/line_entries.py"}

# The whole text, or the beginning of a key, which goes on without a space.
_KIND = re.compile(rf"(?P<kind>{'|'.join(EntryKind)})(?P<key>:(?! ).*)?", re.DOTALL)


def kinds(modules: Sequence[Module]) -> Iterator[str]:
    """No text in the product is the name of a kind of entry, or begins as a key of that kind does."""
    for module in modules:
        if module.package in OUTSIDE | {"sandbox"} or module.path == "ledger/kinds.py":
            continue
        if module.package == "payments" and module.path not in MAKE_ENTRIES:
            continue
        for line, kind, is_key in _written(module):
            if is_key or kind not in OTHER_MEANINGS.get(module.path, ()):
                yield f"{module.path}:{line} writes {kind!r}; use EntryKind of ledger/kinds.py."


def _written(module: Module) -> Iterator[tuple[int, str, bool]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (written := _KIND.fullmatch(node.value)):
            yield node.lineno, written["kind"], bool(written["key"])
