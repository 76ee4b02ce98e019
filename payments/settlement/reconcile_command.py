"""Reconcile at a terminal: a progress bar for each list, then what was recovered, in words."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from payments.settlement.reconcile import ReconcileResult, Reconciliation
from payments.stripe.gateway import StripeAway, StripeRefused

_NAMES = {
    "events": "events",
    "charges": "latest charges",
    "invoice_payments": "instalments",
    "balance": "lines of the balance",
    "subscriptions": "recurring gifts",
    "disputes": "disputes",
    "payouts": "payouts",
}


def reconcile_with_progress(reconciliation: Reconciliation, out: Console, errors: Console) -> int:
    """Read Stripe's lists and print what that recovered; returns the exit status.

    1 when Stripe is away (what was read is in the books, and the next run goes on there), when a row could not
    be applied, or when our balance is not Stripe's.
    """
    try:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]} read"), console=errors
        ) as bars:
            result = reconciliation.reconcile(_Bars(bars).show)
    except (StripeAway, StripeRefused) as error:
        errors.print(
            f"Stripe cannot be asked ({error}). What was read is in the books; run it again and it goes on there.",
            style="red", markup=False,
        )  # fmt: skip
        return 1
    for line in report_lines(result):
        out.print(line, markup=False)
    return int(bool(result.errors) or result.settled.agrees is False)


class _Bars:
    """One bar for each list."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def show(self, name: str, rows: int, share: float) -> None:
        """Move the bar of a list."""
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(_NAMES.get(name, name), total=1.0, rows=0)
        self._bars.update(self._tasks[name], completed=share, rows=rows)


def report_lines(result: ReconcileResult) -> list[str]:
    """What a run recovered, line by line."""
    entries = ", ".join(f"{count} {kind}" for kind, count in result.entries.items())
    recovered = f"Recovered {result.received} gift{'' if result.received == 1 else 's'}; posted {entries}."
    lines = [recovered if entries else "Nothing was missing."]
    lines += [
        f"{check.ours.currency}: our balance {check.ours.decimal}, Stripe's {check.theirs.decimal}"
        + ("" if check.ours == check.theirs else ": THEY DIFFER")
        for check in result.settled.checks
        if check.ours or check.theirs
    ]
    if not result.settled.checks:
        lines.append("The balance was not compared: money moved all the while, or nobody has given yet.")
    return lines + [f"Not applied: {row}: {error}" for row, error in sorted(result.errors.items())]
