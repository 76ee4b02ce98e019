"""Rows of the books as the version before wrote them: entries with what follows from them, balance lines, payouts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINES_A_PAYOUT = 400
CURRENCIES = {"GBP": 2, "EUR": 2, "JPY": 0}
ACCOUNTS = {
    "clearing": "asset", "stripe": "asset", "in_transit": "asset", "bank": "asset", "cash": "asset",
    "gifts": "income", "refunds": "expense", "dispute_losses": "expense", "dispute_fees": "expense",
    "fees": "expense", "fx": "equity", "other": "equity", "suspense": "equity", "opening": "equity",
    "adjustments": "equity",
}  # fmt: skip


@dataclass(frozen=True)
class Amount:
    """Minor units of a currency."""

    minor: int
    currency: str

    def __neg__(self) -> "Amount":
        return Amount(-self.minor, self.currency)


@dataclass(frozen=True)
class Line:
    """A balance transaction. `ours` None: it waits until somebody knows whose it is."""

    id: str
    category: str
    kind: str
    amount: Amount
    subject: str
    at: datetime
    payment: str | None = None
    fee: int = 0
    ours: bool | None = True
    original: Amount | None = None


@dataclass
class Books:
    """Rows by table. `close` adds the rows that follow from the entries and the lines."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    lines: list[Line] = field(default_factory=list)

    def add(self, table: str, **row: Any) -> None:
        """Add a row."""
        self.rows[table].append(row)

    def book(
        self, key: str, sides: tuple[str, str], amount: Amount, subject: str, at: datetime, cause: str, **more: Any
    ) -> None:
        """Book an entry that debits the first of `sides` and credits the second; the other way for less than zero."""
        debit, credit = sides if amount.minor > 0 else sides[::-1]
        row = {"campaign_id": 0, "gift_id": None, "reverses": None} | more
        self.add(
            "entry", id=len(self.rows["entry"]) + 1, key=key, kind=key.partition(":")[0], debit=debit, credit=credit,
            currency=amount.currency, amount_minor=abs(amount.minor), subject=subject, occurred_at=at,
            book_date=at.date(), posted_at=at, cause=cause, **row,
        )  # fmt: skip

    def settle(self, line: Line) -> None:
        """Keep a line, and book it against what is in clearing, or as somebody else's."""
        self.lines.append(line)
        if line.ours is None:
            return
        cause = f"reconcile:{line.at:%Y-%m-%d}"
        if not line.ours:
            self.book(f"other:{line.id}", ("stripe", "other"), line.amount, line.id, line.at, cause)
        elif line.original:
            self.book(f"settle:{line.id}:from", ("fx", "clearing"), line.original, line.subject, line.at, cause)
            self.book(f"settle:{line.id}:to", ("stripe", "fx"), line.amount, line.subject, line.at, cause)
        else:
            self.book(f"settle:{line.id}", ("stripe", "clearing"), line.amount, line.subject, line.at, cause)
        if line.fee:
            fees = "dispute_fees" if line.category == "dispute" else "fees"
            fee = Amount(line.fee, line.amount.currency)
            self.book(f"fee:{line.id}", (fees, "stripe"), fee, line.subject if line.ours else line.id, line.at, cause)

    def take_for_ours(self, line: Line) -> None:
        """A line that was booked as somebody else's is ours after all."""
        cause = "reconcile:later"
        self.settle(Line(**{**vars(line), "ours": False}))
        self.lines[-1] = line
        reversed_key = f"other:{line.id}"
        self.book(f"ours:{line.id}", ("stripe", "other"), -line.amount, line.id, line.at, cause, reverses=reversed_key)
        self.book(f"settle:{line.id}", ("stripe", "clearing"), line.amount, line.subject, line.at, cause)

    def close(self) -> None:
        """Pay out what has settled, then add up totals and clearing, and compare with Stripe's balance."""
        self._open_accounts()
        self._pay_out()
        self._add_up()
        for currency, minor in sorted(self._balances("stripe").items()):
            self.add("balance_check", currency=currency, ours_minor=minor, theirs_minor=minor, checked_at=NOON - HOUR)

    def _open_accounts(self) -> None:
        for code, exponent in CURRENCIES.items():
            self.add("currency", code=code, exponent=exponent)
            for account, kind in ACCOUNTS.items():
                self.add("account", code=account, currency=code, kind=kind)

    def _pay_out(self) -> None:
        """A payout for each full group of lines of a currency; the lines of the last group are not paid out yet."""
        by_currency = defaultdict(list)
        for line in sorted(self.lines, key=lambda line: (line.at, line.id)):
            by_currency[line.amount.currency].append(line)
        for currency, lines in by_currency.items():
            for start in range(0, len(lines), LINES_A_PAYOUT):
                group = lines[start : start + LINES_A_PAYOUT]
                full = len(group) == LINES_A_PAYOUT and all(line.ours is not None for line in group)
                payout = f"po_{currency}_{start // LINES_A_PAYOUT:04}" if full else None
                self._keep_lines(group, payout)
                if payout:
                    self._payout(payout, group, start // LINES_A_PAYOUT)

    def _payout(self, payout: str, lines: Sequence[Line], number: int) -> None:
        """The first payout of a currency came back from the bank."""
        amount = Amount(sum(line.amount.minor - line.fee for line in lines), lines[0].amount.currency)
        left = lines[-1].at + HOUR
        arrived, returned = left + 24 * HOUR, left + 72 * HOUR if number == 0 else None
        arrives = arrived < NOON
        self.add(
            "payout", id=payout, currency=amount.currency, amount_minor=amount.minor,
            arrived_at=arrived if arrives else None, returned_at=returned, looked_at=NOON, automatic=1,
            status="failed" if returned else "paid" if arrives else "in_transit", lines_minor=amount.minor,
        )  # fmt: skip
        self._move(Line(f"txn_{payout}", "payout", "payout", -amount, payout, left), "payout", payout)
        if arrives:
            self.book(f"paid:{payout}", ("bank", "in_transit"), amount, payout, arrived, "reconcile:payout")
        if returned:
            self.book(f"unpaid:{payout}", ("in_transit", "bank"), amount, payout, returned, "reconcile:payout")
            back = Line(f"txn_{payout}_back", "payout_returned", "payout_failure", amount, payout, returned)
            self._move(back, "payout_failed", None)

    def _move(self, line: Line, kind: str, payout: str | None) -> None:
        """A line between Stripe's balance and the bank."""
        self._keep_lines([line], payout)
        self.book(f"{kind}:{line.id}", ("stripe", "in_transit"), line.amount, line.subject, line.at, "reconcile:payout")

    def _keep_lines(self, lines: Iterable[Line], payout: str | None) -> None:
        for line in lines:
            self.add(
                "balance_line", id=line.id, category=line.category, kind=line.kind, currency=line.amount.currency,
                amount_minor=line.amount.minor, fee_minor=line.fee, subject=line.subject, payment=line.payment,
                original_currency=line.original.currency if line.original else None,
                original_minor=line.original.minor if line.original else None,
                marked=int(bool(line.ours and line.payment)), created_at=line.at,
                ours=None if line.ours is None else int(line.ours), payout_id=payout,
            )  # fmt: skip

    def _add_up(self) -> None:
        """The kept totals, and what is left in clearing."""
        totals: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        clearing: dict[tuple[str, str], tuple[int, datetime]] = {}
        for entry in self.rows["entry"]:
            for side, account in enumerate((entry["debit"], entry["credit"])):
                total = totals[account, entry["currency"], entry["campaign_id"], entry["book_date"]]
                total[side] += entry["amount_minor"]
                total[side + 2] += 1
                if account == "clearing":
                    key, at = (entry["subject"], entry["currency"]), entry["occurred_at"]
                    minor, since = clearing.get(key, (0, at))
                    clearing[key] = minor + (1, -1)[side] * entry["amount_minor"], min(since, at)
        for key, sides in totals.items():
            names = (
                "account",
                "currency",
                "campaign_id",
                "book_date",
                "debit_minor",
                "credit_minor",
                "debits",
                "credits",
            )
            self.add("total", **dict(zip(names, (*key, *sides), strict=True)))
        for (subject, currency), (minor, since) in clearing.items():
            if minor:
                self.add("uncleared", subject=subject, currency=currency, balance_minor=minor, since=since)

    def _balances(self, account: str) -> dict[str, int]:
        balances: dict[str, int] = defaultdict(int)
        for total in self.rows["total"]:
            if total["account"] == account:
                balances[total["currency"]] += total["debit_minor"] - total["credit_minor"]
        return balances
