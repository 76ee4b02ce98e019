"""Reconcile at a terminal: a bar while it walks, then what it recovered, in words."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from payments.settlement.reconcile import ReconcileResult, Reconciliation
from payments.stripe.gateway import StripeAway, StripeRefused

_NAMES = {
    "events": "events",
    "charges": "latest charges",
    "invoice_payments": "instalments",
    "balance": "lines of the balance",
}


def reconcile_with_progress(settling: Reconciliation, out: Console, complain: Console) -> int:
    """Walk Stripe's lists and print what that recovered; returns the exit status.

    1 when Stripe is away (what was read is in the books, and the next run goes on there), when a row could not
    be applied, or when our balance is not Stripe's.
    """
    try:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]} read"), console=complain
        ) as bars:
            found = settling.reconcile(_Bars(bars).show)
    except (StripeAway, StripeRefused) as error:
        complain.print(
            f"Stripe cannot be asked ({error}). What was read is in the books; run it again and it goes on there.",
            style="red", markup=False,
        )  # fmt: skip
        return 1
    for line in said(found):
        out.print(line, markup=False)
    return int(bool(found.unfit) or found.settled.agrees is False)


class _Bars:
    """One bar for each list."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._of: dict[str, TaskID] = {}

    def show(self, name: str, rows: int, share: float) -> None:
        """Move the bar of a list."""
        if name not in self._of:
            self._of[name] = self._bars.add_task(_NAMES.get(name, name), total=1.0, rows=0)
        self._bars.update(self._of[name], completed=share, rows=rows)


def said(found: ReconcileResult) -> list[str]:
    """What a run recovered, line by line."""
    entries = ", ".join(f"{count} {kind}" for kind, count in found.entries.items())
    recovered = f"Recovered {found.received} gift{'' if found.received == 1 else 's'}; posted {entries}."
    lines = [recovered if entries else "Nothing was missing."]
    lines += [
        f"{check.ours.currency}: our balance {check.ours.decimal}, Stripe's {check.theirs.decimal}"
        + ("" if check.ours == check.theirs else ": THEY DIFFER")
        for check in found.settled.checks
        if check.ours or check.theirs
    ]
    if not found.settled.checks:
        lines.append("The balance was not compared: money moved all the while, or nobody has given yet.")
    return lines + [f"Not applied: {row}: {why}" for row, why in sorted(found.unfit.items())]
