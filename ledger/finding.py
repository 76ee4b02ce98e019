"""What a check of the books came to: values only, for whoever checks and whoever prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from ledger.money import CURRENCIES, Money

# What Stripe told us shows in its balance within minutes; what has not met after this is looked into.
PATIENCE = timedelta(hours=6)
LISTED = 20
RESTORE = "somebody changed the database by hand. Stop, keep a copy, restore the last sound backup, reconcile."


class Status(Enum):
    """What a check came to. What cannot be checked yet is never called passed."""

    PASSED = "passed"
    FAILED = "failed"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant: whether it holds, the figures behind that, and what to do when it does not."""

    name: str
    status: Status
    figures: Mapping[str, object]
    advice: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether something is known to be wrong."""
        return self.status is Status.FAILED

    def as_json(self) -> dict[str, object]:
        """Plain values, for `farthing audit --json`."""
        return {
            "name": self.name,
            "status": self.status.value,
            "figures": dict(self.figures),
            "advice": self.advice,
        }


def found(name: str, wrong: int, figures: Mapping[str, object], advice: str) -> Finding:
    """Passed when nothing is wrong; the advice is for when something is."""
    status = Status.FAILED if wrong else Status.PASSED
    return Finding(name, status, dict(figures) | {"wrong": int(wrong)}, advice if wrong else "")


def unchecked(name: str, figures: Mapping[str, object], why: str) -> Finding:
    """What nobody can say yet, and what would have to happen first."""
    return Finding(name, Status.UNCHECKED, dict(figures), f"Not checked: {why}")


def said(minor: int, code: str) -> str:
    """An amount in words, also of a currency that should not be in the books."""
    of = CURRENCIES.get(code)
    return str(Money(int(minor), of)) if of else f"{code} {minor} in minor units"
