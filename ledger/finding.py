"""The result of one check of the books. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from ledger.money import CURRENCIES, Money

# What Stripe reports is in its balance within minutes. After this long, what has not met is a failure.
PATIENCE = timedelta(hours=6)
LISTED = 20  # subjects that a finding names
RESTORE = "somebody changed the database by hand. Stop, keep a copy, restore the last sound backup, reconcile."


class Status(Enum):
    """The result of a check. What cannot be checked yet is unchecked, never passed."""

    PASSED = "passed"
    FAILED = "failed"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant: whether it holds, its figures, and what to do when it does not hold."""

    name: str
    status: Status
    figures: Mapping[str, object]
    advice: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether the check found a fault."""
        return self.status is Status.FAILED

    def as_json(self) -> dict[str, object]:
        """Plain values, for `farthing audit --json`."""
        return {
            "name": self.name,
            "status": self.status.value,
            "figures": dict(self.figures),
            "advice": self.advice,
        }


def checked(name: str, wrong: int, figures: Mapping[str, object], advice: str) -> Finding:
    """Passed when `wrong`, the number of faults, is zero; the advice is shown only when it is not."""
    status = Status.FAILED if wrong else Status.PASSED
    return Finding(name, status, dict(figures) | {"wrong": int(wrong)}, advice if wrong else "")


def unchecked(name: str, figures: Mapping[str, object], why: str) -> Finding:
    """A check that cannot be made yet; `why` says what must happen first."""
    return Finding(name, Status.UNCHECKED, dict(figures), f"Not checked: {why}")


def amount_text(minor: int, code: str) -> str:
    """An amount in words, also of a currency that should not be in the books."""
    of = CURRENCIES.get(code)
    return str(Money(int(minor), of)) if of else f"{code} {minor} in minor units"
