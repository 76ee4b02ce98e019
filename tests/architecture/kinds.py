"""The name of a kind of entry is written in `ledger/kinds.py` and nowhere else in the product."""

import ast
import re
from collections.abc import Iterator, Sequence

from ledger.kinds import EntryKind
from tests.architecture.places import OUTSIDE
from tests.architecture.reading import Module

# The same word for something else: an account, a check, a body in law, what a trace is about, a figure of doctor.
# In payments/ it is Stripe's word, or a table, column or parameter. With a colon: the cause of an entry, not a key.
OTHER_MEANINGS = {
    "ledger/accounts.py": {"other", "suspense", "opening"},
    "ledger/audit_clearing.py": {"suspense"},
    "organisation/organisation.py": {"other"},
    "payments/books/decide/entries.py": {"opening"},
    "payments/books/decide/withdrawals.py": {"refund", "dispute"},
    "payments/books/load.py": {"refund", "payout"},
    "payments/books/save.py": {"dispute", "ours", "paid"},
    "payments/books/store_open.py": {"paid"},
    "payments/books/tables.py": {"refund", "dispute", "payout", "ours"},
    "payments/gifts/tables.py": {"gift"},
    "payments/giving/form.py": {"other"},
    "payments/reading/balance_lines.py": {"refund", "dispute", "payout", "fee"},
    "payments/reading/checkouts.py": {"unpaid"},
    "payments/reading/disputes.py": {"dispute"},
    "payments/reading/happenings.py": {"refund", "dispute", "payout", "stripe_fee", "top_up", "adjustment", "other"},
    "payments/reading/invoices.py": {"paid"},
    "payments/reading/original_amounts.py": {"dispute"},
    "payments/reading/statuses.py": {"unpaid"},
    "payments/settlement/list_sources.py": {"paid"},
    "payments/settlement/reconcile.py": {"settle"},
    "payments/settlement/statuses.py": {"payout", "settle:"},
    "payments/settlement/unreported.py": {"paid", "unpaid", "refund"},
    "treasury/gifts/routes.py": {"gift"},
    "treasury/lists/payouts_list.py": {"paid"},
    "treasury/money/routes.py": {"gift"},
    "treasury/search/routes.py": {"gift"},
    "proof/trace.py": {"gift", "payout"},
    "proof/store_identifiers.py": {"gift", "payout"},
    "proof/doctor.py": {"ours"},
}

# The whole text, or the beginning of a key, which goes on without a space.
_KIND = re.compile(rf"(?P<kind>{'|'.join(EntryKind)})(?P<key>:(?! ).*)?", re.DOTALL)


def kinds(modules: Sequence[Module]) -> Iterator[str]:
    """No text in the product is the name of a kind of entry, or begins as a key of that kind does."""
    for module in modules:
        if module.package in OUTSIDE | {"sandbox"} or module.path == "ledger/kinds.py":
            continue
        for line, kind, is_key in _written(module):
            if (f"{kind}:" if is_key else kind) not in OTHER_MEANINGS.get(module.path, ()):
                yield f"{module.path}:{line} writes {kind!r}; use EntryKind of ledger/kinds.py."


def _written(module: Module) -> Iterator[tuple[int, str, bool]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (written := _KIND.fullmatch(node.value)):
            yield node.lineno, written["kind"], bool(written["key"])
